import { describe, expect, it } from "vitest";
import { createHarness, FLAGS, type Harness } from "../testing/harness.ts";
import { Counter, exposition, gauge, Histogram } from "./metrics.ts";

describe("an exposition", () => {
  it("is what Prometheus reads", () => {
    const counter = new Counter("c_total", "Counts.", { label: "kind", values: ["a", "b"] });
    counter.add("a");
    counter.add("a");
    counter.add("nobody's");
    const histogram = new Histogram("h", "Lies.", [0.1, 1]);
    for (const value of [0.1, 0.5, 7]) histogram.observe(value);
    const odd = gauge("g", "Odd.", () => [
      { labels: { name: 'a"\\\n' }, value: Number.NaN },
      { value: Number.POSITIVE_INFINITY },
    ]);
    expect(exposition([counter, histogram, odd, new Counter("plain", "None.")])).toBe(
      [
        "# HELP c_total Counts.",
        "# TYPE c_total counter",
        'c_total{kind="a"} 2',
        'c_total{kind="b"} 0',
        "# HELP h Lies.",
        "# TYPE h histogram",
        'h_bucket{le="0.1"} 1',
        'h_bucket{le="1"} 2',
        'h_bucket{le="+Inf"} 3',
        "h_sum 7.6",
        "h_count 3",
        "# HELP g Odd.",
        "# TYPE g gauge",
        'g{name="a\\"\\\\\\n"} NaN',
        "g +Inf",
        "# HELP plain None.",
        "# TYPE plain counter",
        "plain 0",
        "",
      ].join("\n"),
    );
  });
});

describe("GET /metrics", () => {
  const events = { accept: "text/event-stream" };
  const read = async (api: Harness) => (await api.ask("GET /metrics", { token: null })).text;

  it("needs no token, and holds no name that somebody chose (F38)", async () => {
    const api = await createHarness();
    await api.ask("POST /api/v1/projects", { body: { key: "canary-project" } });
    await api.ask("POST /api/v1/projects/canary-project/environments", { body: { key: "canary-place" } });
    await api.ask("POST /api/v1/projects/canary-project/flags", { body: { key: "canary-flag" } });
    const got = await api.ask("GET /metrics", { token: null });
    expect(got.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(got.text).not.toMatch(/canary|default|production|bnr_/);
    expect(got.text).toContain('bannerol_build_info{version="1.2.3"} 1');
    for (const line of got.text.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.eE]+)$/);
    }
  });

  it("counts streams, and how long changes take to arrive", async () => {
    const api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const token = api.keys.get("production") ?? "";
    const opened = await api.app.request("/sdk/v1/stream", {
      headers: { authorization: `Bearer ${token}`, ...events },
    });
    const { headers } = await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
    const revision = Number(headers.get("etag")?.replaceAll('"', ""));
    api.advance(200);
    await api.ask("POST /sdk/v1/ack", { token, body: { epoch: "epoch1", revision } });
    await api.ask("POST /sdk/v1/ack", { token, body: { epoch: "epoch1", revision } });
    const text = await read(api);
    expect(text).toContain('bannerol_connections{class="server",transport="sse"} 1\n');
    expect(text).toContain('bannerol_commit_to_acknowledged_seconds_bucket{le="0.1"} 0\n');
    expect(text).toContain("bannerol_commit_to_acknowledged_seconds_sum 0.2\n");
    expect(text).toContain("bannerol_commit_to_acknowledged_seconds_count 1\n");
    expect(text).toMatch(new RegExp(`bannerol_view_revision\\{view="[0-9a-f]{12}",class="server"\\} ${revision}\n`));
    await opened.body?.cancel();
    expect(await read(api)).toContain('bannerol_connections{class="server",transport="sse"} 0\n');
  });

  it("counts handshakes that are told to come later", async () => {
    const api = await createHarness();
    const headers = { authorization: `Bearer ${api.keys.get("production")}`, ...events };
    const answers = [];
    for (let n = 0; n < 203; n += 1) answers.push(await api.app.request("/sdk/v1/stream", { headers }));
    const refused = answers.filter(({ status }) => status === 503);
    // Their turn is within the next second, and a header tells whole ones.
    expect(refused.map((answer) => Number(answer.headers.get("retry-after")))).toEqual([1, 2, 2]);
    expect(await read(api)).toContain("bannerol_handshakes_refused_total 3\n");
    for (const { body } of answers) await body?.cancel();
  });
});
