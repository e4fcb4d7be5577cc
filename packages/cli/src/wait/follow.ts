/** Asks who has a revision until enough have it, the time is over, or somebody has had enough of waiting. */
import type { Clock } from "../io.ts";
import { notYet } from "../passing.ts";
import type { Wait } from "./option.ts";
import type { Standing } from "./standing.ts";

export interface Followed {
  readonly standing: Standing;
  /** Since the change was made. */
  readonly ms: number;
  readonly end: "reached" | "late" | "interrupted";
}

export interface FollowOptions extends Wait {
  readonly clock: Clock;
  readonly interrupted: AbortSignal;
  readonly ask: () => Promise<Standing>;
  readonly tell: (standing: Standing, ms: number) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** Rejects where the server refuses to tell, or has not told once before the end. */
export async function follow({ clock, interrupted, ask, tell, share, timeoutMs }: FollowOptions): Promise<Followed> {
  const startedAt = clock.now();
  let standing: Standing | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const asked = await ask().catch(notYet);
    if ("connected" in asked) standing = asked;
    const ms = Math.round(clock.now() - startedAt);
    if (standing !== undefined && standing.share >= share) return { standing, ms, end: "reached" };
    if (interrupted.aborted || ms >= timeoutMs) {
      if (standing === undefined) throw asked;
      return { standing, ms, end: interrupted.aborted ? "interrupted" : "late" };
    }
    if (standing !== undefined) tell(standing, ms);
    await clock.sleep(Math.min(pauseMs, timeoutMs - ms), interrupted);
  }
}
