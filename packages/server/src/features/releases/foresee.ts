/** What a release's guards will be able to see, told before it begins: at the traffic that the flag had in the last hour. */
import { durationMs } from "@bannerol/protocol";
import type { Foreseen, ReleaseStart } from "@bannerol/protocol/schemas";
import type { ReleasePlace } from "../../evidence/evidence.ts";
import { FINEST_MS } from "../../store/usage-store.ts";
import type { Services } from "../services.ts";
import { timeText } from "./form.ts";
import { type Forecast, forecast } from "./judge/forecast.ts";
import { guardOf } from "./judge/read-guard.ts";

const HOUR_MS = 3_600_000;

export async function foresee(
  services: Services,
  place: Omit<ReleasePlace, "release">,
  { guards = [], steps, maxHold }: Pick<ReleaseStart, "guards" | "steps" | "maxHold">,
): Promise<Foreseen[]> {
  const perSecond = guards.length === 0 ? undefined : await trafficOf(services, place);
  const judged = steps.filter(({ percentage }) => percentage < 100).length;
  return steps.flatMap(({ percentage, hold }, step) =>
    guards.map(guardOf).flatMap((guard, at) => {
      const told = forecast({ guard, percentage, perSecond, guards: guards.length, steps: judged });
      if (told === undefined) return [];
      const longest = maxHold === undefined ? 10 * (durationMs(hold) ?? 0) : (durationMs(maxHold) ?? 0);
      const says = `At ${percentage} %, ${guard.metric} ${inWords(told, longest)}`;
      return [{ step, guard: at, says, ...(told.passMs === undefined ? {} : { neededMs: told.passMs }) }];
    }),
  );
}

function inWords({ what, detectOutcomes, detectMs, passOutcomes, passMs }: Forecast, longestMs: number): string {
  const after = (outcomes: number, ms: number | undefined) =>
    `about ${outcomes} treated outcomes${ms === undefined ? "" : `, some ${timeText(ms)} at today's traffic`}`;
  const late =
    passMs !== undefined && passMs > longestMs
      ? ` That is longer than a step is held at most (${timeText(longestMs)}): begin with a larger share, or hold longer.`
      : "";
  return `${what} is noticed after ${after(detectOutcomes, detectMs)}; harm is ruled out after ${after(passOutcomes, passMs)}.${late}`;
}

/** How often a second SDKs asked for the flag; undefined where nobody is known to have. */
async function trafficOf(
  { usage, now, state }: Services,
  { project, environment, flag }: Omit<ReleasePlace, "release">,
): Promise<number | undefined> {
  const question = { project, flag, since: now() - HOUR_MS, spanMs: FINEST_MS };
  const counted = await state.watchStore(() => usage.store.counts(question));
  const here = counted.filter((one) => one.environment === environment);
  const [first] = here;
  if (first === undefined) return undefined;
  const asked = here.reduce((sum, { count }) => sum + count, 0);
  return asked / (Math.max(now() - first.at, FINEST_MS) / 1_000);
}
