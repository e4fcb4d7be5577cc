/** What a release's guards will be able to see, told before it begins: at the traffic that the flag had in the last hour. */
import { durationMs } from "@bannerol/protocol";
import type { Foreseen, ReleaseForecast, ReleaseStart } from "@bannerol/protocol/schemas";
import type { ReleasePlace } from "../../evidence/evidence.ts";
import { FINEST_MS } from "../../store/usage-store.ts";
import type { Services } from "../services.ts";
import { timeText } from "./form.ts";
import { type Forecast, forecast } from "./judge/forecast.ts";
import { guardOf } from "./judge/read-guard.ts";

const HOUR_MS = 3_600_000;
/** Shares that people begin with. */
const SHARES = [1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50];

type Asked = Pick<ReleaseStart, "guards" | "steps" | "maxHold">;

export async function foresee(
  services: Services,
  place: Omit<ReleasePlace, "release">,
  asked: Asked,
): Promise<ReleaseForecast> {
  const perSecond = asked.guards?.length ? await trafficOf(services, place) : undefined;
  const items = asked.steps.flatMap((_, step) => foreseenIn(asked, { step, perSecond }));
  return { items, ...(perSecond === undefined ? {} : { perSecond }), lastsMs: lastsMs(asked, items) };
}

function foreseenIn(
  { guards = [], steps, maxHold }: Asked,
  { step, perSecond }: { readonly step: number; readonly perSecond: number | undefined },
): readonly Foreseen[] {
  const { percentage = 100, hold = "0s" } = steps[step] ?? {};
  const judged = steps.filter((one) => one.percentage < 100).length;
  const longestMs = maxHold === undefined ? 10 * (durationMs(hold) ?? 0) : (durationMs(maxHold) ?? 0);
  return guards.flatMap((input, at) => {
    const guard = guardOf(input);
    const withShare = (share: number) =>
      forecast({ guard, percentage: share, perSecond, guards: guards.length, steps: judged });
    const told = withShare(percentage);
    if (told === undefined) return [];
    const { passMs, detectMs, detectOutcomes, passOutcomes } = told;
    const larger = SHARES.find((share) => share > percentage && (withShare(share)?.passMs ?? 0) <= longestMs);
    const isLate = passMs !== undefined && passMs > longestMs;
    return {
      step,
      guard: at,
      says: `At ${percentage} %, ${guard.metric} ${inWords(told)}`,
      detectOutcomes,
      ...(detectMs === undefined ? {} : { detectMs }),
      passOutcomes,
      ...(passMs === undefined ? {} : { neededMs: passMs }),
      ...(isLate && {
        warning: `At ${percentage} %, ${guard.metric} ${guard.measure} ${late({ passMs, longestMs, larger })}`,
      }),
    };
  });
}

/** Each step is held for its time, or until its slowest guard has ruled harm out. */
function lastsMs({ steps }: Asked, items: readonly Foreseen[]): number {
  return steps.reduce((sum, { hold }, step) => {
    const needed = items.flatMap((one) => (one.step === step ? (one.neededMs ?? []) : []));
    return sum + Math.max(durationMs(hold) ?? 0, ...needed);
  }, 0);
}

function inWords({ what, detectOutcomes, detectMs, passOutcomes, passMs }: Forecast): string {
  const after = (outcomes: number, ms: number | undefined) =>
    `about ${outcomes} treated outcomes${ms === undefined ? "" : `, some ${timeText(ms)} at today's traffic`}`;
  return `${what} is noticed after ${after(detectOutcomes, detectMs)}; harm is ruled out after ${after(passOutcomes, passMs)}.`;
}

function late({
  passMs,
  longestMs,
  larger,
}: {
  passMs: number;
  longestMs: number;
  larger: number | undefined;
}): string {
  const share = larger === undefined ? "" : `begin with ${larger} %, or `;
  return `needs some ${timeText(passMs)}, longer than a step is held at most (${timeText(longestMs)}): ${share}hold longer.`;
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
