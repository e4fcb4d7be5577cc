import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

describe("the settings", () => {
  it("are those of a local server where nothing is set", () => {
    expect(readConfig({})).toEqual({
      port: 4400,
      host: "127.0.0.1",
      database: { kind: "sqlite", path: ".bannerol/bannerol.db" },
      logLevel: "info",
      drainMs: 10_000,
      proxies: 0,
      maxStreams: 20_000,
      outboundAllow: [],
    });
  });

  it("come from the environment, and flags go before it", () => {
    const environment = {
      PORT: "1",
      HOST: "::1",
      DATABASE_URL: "sqlite:/data/b.db",
      LOG_LEVEL: "warn",
      BANNEROL_DRAIN_SECONDS: "3",
      BANNEROL_PROXIES: "1",
      BANNEROL_MAX_STREAMS: "500",
      BANNEROL_OUTBOUND_ALLOW: "prometheus.internal:9090",
    };
    const config = readConfig(environment, { PORT: "2" });
    expect(config).toMatchObject({
      port: 2,
      host: "::1",
      database: { path: "/data/b.db" },
      logLevel: "warn",
      drainMs: 3_000,
      proxies: 1,
      maxStreams: 500,
      outboundAllow: [{ kind: "host", host: "prometheus.internal", port: 9090 }],
    });
  });

  it.each(["postgres://u:p%40ss@[::1]:5432/db?sslmode=verify-full", "postgresql://h/db"])(
    "move to PostgreSQL by DATABASE_URL alone: %s",
    (url) => {
      expect(readConfig({ DATABASE_URL: url }).database).toEqual({ kind: "postgres", url });
    },
  );

  it("leave alone what the command line and the rest of the machine read", () => {
    const others = {
      BANNEROL_URL: "x",
      BANNEROL_TOKEN: "x",
      BANNEROL_PROJECT: "x",
      BANNEROL_ENV: "x",
      BANNEROL_KEY: "x",
      PATH: "/",
    };
    expect(readConfig(others)).toEqual(readConfig({}));
  });

  it("count as unset where they are empty", () => {
    expect(readConfig({ PORT: "", BANNEROL_ADMIN_TOKEN: "" })).toEqual(readConfig({}));
  });

  it.each([
    [{ PORT: "http" }, 'PORT is "http", which cannot be. Set it to a port from 0 to 65535.'],
    [{ PORT: "65536" }, 'PORT is "65536"'],
    [{ PORT: "-1" }, 'PORT is "-1"'],
    [{ PORT: "4400.5" }, 'PORT is "4400.5"'],
    [{ HOST: "a b" }, 'HOST is "a b"'],
    [{ LOG_LEVEL: "loud" }, "Set it to one of trace, debug, info, warn, error, fatal, silent."],
    [{ BANNEROL_DRAIN_SECONDS: "soon" }, 'BANNEROL_DRAIN_SECONDS is "soon"'],
    [{ BANNEROL_MAX_STREAMS: "0" }, 'BANNEROL_MAX_STREAMS is "0", which cannot be. Set it to how many streams'],
    [{ BANNEROL_OUTBOUND_ALLOW: "10.0.0.0/33" }, "Set it to hosts, ranges and ports with commas between"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL cannot be. Set it to sqlite: and a path"],
    [{ DATABASE_URL: "postgres://u:p#w@h/db" }, "DATABASE_URL cannot be."],
    [{ DATABASE_URL: "postgres://u:%zz@h/db" }, "DATABASE_URL cannot be."],
    [{ DATABASE_URL: "postgres://u@h1:5432,h2:5432/db" }, "or to one PostgreSQL server"],
    [{ DATABASE_URL: "postgres:///db" }, "DATABASE_URL cannot be."],
    [{ DATABASE_URL: "postgres://a,b/db" }, "DATABASE_URL cannot be."],
    [{ DATABASE_URL: "postgres:db" }, "DATABASE_URL cannot be."],
    [
      { BANNEROL_ADMIN_TOKEN: "short" },
      "BANNEROL_ADMIN_TOKEN cannot be. Set it to at least 32 characters of ASCII without spaces.",
    ],
    [{ BANNEROL_ADMIN_TOKEN: "x".repeat(31) }, "BANNEROL_ADMIN_TOKEN cannot be."],
    [{ BANNEROL_ADMIN_TOKEN: `${"x".repeat(32)} y` }, "BANNEROL_ADMIN_TOKEN cannot be."],
    [{ BANNEROL_ADMIN_TOKEN: "é".repeat(40) }, "BANNEROL_ADMIN_TOKEN cannot be."],
    [{ BANNEROL_PROMETHEUS_URL: "ftp://prometheus" }, "BANNEROL_PROMETHEUS_URL cannot be. Set it to the address of"],
    [{ BANNEROL_PROMETHEUS_URL: "https://u@prometheus" }, "without a user name or a password"],
    [{ BANNEROL_ADMIN_TOKN: "x" }, "BANNEROL_ADMIN_TOKN is not a setting. Did you mean BANNEROL_ADMIN_TOKEN?"],
    [{ BANNEROL_DRAIN: "1" }, "Did you mean BANNEROL_DRAIN_SECONDS?"],
    [{ BANNEROL_: "1" }, "BANNEROL_ is not a setting."],
  ])("refuse %j in one line", (environment, message) => {
    const read = () => readConfig(environment);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^[^\n]*$/);
  });

  it("repeat no secret in an error", () => {
    expect(() => readConfig({ BANNEROL_ADMIN_TOKEN: "hunter2" })).toThrow(/^(?!.*hunter2)/);
    for (const url of ["mysql://u:hunter2@h", "postgres://u:#hunter2@h", "postgres://u:hunter2@a,b/db"]) {
      expect(() => readConfig({ DATABASE_URL: url })).toThrow(/^(?!.*hunter2)/);
    }
    const withPassword = { BANNEROL_PROMETHEUS_URL: "http://u:hunter2@prometheus" };
    expect(() => readConfig(withPassword)).toThrow(/^(?!.*hunter2)/);
  });
});
