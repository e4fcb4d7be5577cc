import { type Action, adminClient, type Call, readSettings } from "../call.ts";
import { lookAtPlace, lookAtToken } from "../doctor/caller.ts";
import { type Finding, findingsText } from "../doctor/finding.ts";
import { gradeStreams } from "../doctor/grade-streams.ts";
import { lookAtKey, type SdkKey } from "../doctor/key.ts";
import { lookAtServer } from "../doctor/server.ts";
import { hearEvents, hearWebSocket } from "../doctor/streams.ts";
import { ExitCode } from "../exit-codes.ts";
import { toProblem } from "../output/problem.ts";
import type { Settings } from "../settings.ts";
import { findProjectFile } from "../settings-files.ts";
import { sameServer } from "../settings-places.ts";

const PATIENCE_MS = 5_000;

/** Looks at everything between here and a flag that is served, and says what is in the way. It changes nothing. */
export const doctor: Action = async (call) => {
  const findings = await examine(call);
  const failed = findings.find(({ grade }) => grade === "fail");
  const warned = findings.filter(({ grade }) => grade === "warn").length;
  return {
    document: { ok: failed === undefined, findings: findings.map(({ exitCode: _, ...finding }) => finding) },
    text: (colours) => findingsText(findings, colours),
    notes: [summary(findings.filter(({ grade }) => grade === "fail").length, warned)],
    exitCode: failed === undefined ? ExitCode.done : (failed.exitCode ?? ExitCode.refused),
  };
};

async function examine(call: Call): Promise<readonly Finding[]> {
  let settings: Settings;
  try {
    settings = await readSettings(call);
  } catch (error) {
    const { detail: says, exitCode } = toProblem(error);
    const todo = "`bannerol config list --show-origin` shows every setting and where it comes from.";
    return [{ check: "settings", grade: "fail", says, todo, exitCode }];
  }
  const { clock } = call.io;
  const server = await lookAtServer(settings.url, clock);
  if (server[0]?.grade === "fail") return server;
  return [...server, ...(await lookAtCaller(settings, clock.date())), ...(await lookAtDataPlane(call, settings))];
}

async function lookAtCaller(settings: Settings, now: number): Promise<readonly Finding[]> {
  if (settings.token === undefined) {
    const todo = `Keep one: bannerol login --url ${settings.url}`;
    const says = `none for ${settings.url}`;
    return [{ check: "token", grade: "fail", says, todo, exitCode: ExitCode.noValidToken }];
  }
  const admin = adminClient(settings.url, settings.token);
  const token = await lookAtToken(admin, now);
  return token.grade === "fail" ? [token] : [token, await lookAtPlace(admin, settings)];
}

async function lookAtDataPlane(call: Call, settings: Settings): Promise<readonly Finding[]> {
  const key = await findKey(call, settings);
  const says = "none was given: --key or BANNEROL_KEY";
  const opened: Finding = key === undefined ? { check: "key", grade: "skipped", says } : await lookAtKey(key, settings);
  const good = opened.grade === "ok" || opened.grade === "warn" ? key : undefined;
  const listening = { url: settings.url, patienceMs: PATIENCE_MS, ...(good && { key: good.text }) };
  const websocket = await hearWebSocket(listening);
  return [opened, ...gradeStreams(websocket, good && (await hearEvents(listening)))];
}

/** What an application would take, or what `bannerol dev` left for those beside it. */
async function findKey({ words, io }: Call, { url, environment }: Settings): Promise<SdkKey | undefined> {
  const [typed, variable] = [words.secret("key"), io.env.BANNEROL_KEY];
  if (typed) return { text: typed, source: "--key" };
  if (variable) return { text: variable, source: "BANNEROL_KEY" };
  const file = await findProjectFile(io.folder);
  if (file === undefined || !sameServer(file.url ?? "", url)) return undefined;
  const text = environment === undefined ? Object.values(file.keys)[0] : file.keys[environment];
  return text === undefined ? undefined : { text, source: file.path };
}

function summary(failed: number, warned: number): string {
  if (failed + warned === 0) return "Nothing is in the way.";
  const counts = [
    ...(failed === 0 ? [] : [`${failed} thing${failed === 1 ? "" : "s"} in the way`]),
    ...(warned === 0 ? [] : [`${warned} to look at`]),
  ];
  return `${counts.join(", ")}.`;
}
