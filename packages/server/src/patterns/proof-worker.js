// @ts-check
/**
 * The thread in which patterns are judged, since one can keep the judge busy for minutes. JavaScript: a thread starts
 * from a file that Node.js reads by itself, in the sources as in the bundle.
 *
 *     ready ─►    ◄─ {source, flags, timeoutMs}    verdict ─►
 */
import { parentPort } from "node:worker_threads";
// The build in plain JavaScript. The other one looks for a Java program and a native one, and starts what it finds.
import recheck from "recheck/lib/browser.js";

/**
 * @param {import("recheck").Diagnostics} found
 * @returns {import("./verdict.ts").Verdict}
 */
function verdictOf(found) {
  if (found.status === "unknown") return { growth: "unknown" };
  if (found.status === "safe") return { growth: 1 };
  const { complexity, attack } = found;
  const growth = complexity.type === "exponential" ? "exponential" : complexity.degree;
  return { growth, attack: attack.string.slice(0, 100) };
}

parentPort?.on("message", ({ source, flags, timeoutMs }) => {
  const found = recheck.checkSync(source, flags, { checker: "automaton", timeout: timeoutMs });
  parentPort?.postMessage(verdictOf(found));
});
parentPort?.postMessage("ready");
