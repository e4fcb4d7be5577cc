/** How long trying contexts on a targeting would keep the server from everybody else's requests. Pure. */
import { MAX_MATCHED_LENGTH, patternsIn, type SampleContext } from "@bannerol/core";
import { reachOf } from "../../log/projection/references.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { listed } from "../listed.ts";

/** A proved pattern takes at worst the square of its text's length in steps, of some nanoseconds each: a fifth of a second … */
const MOST_AT_ONE = 100_000_000;
/** … and some seconds, in which others have their turn between the contexts. */
const MOST_AT_ALL = 4_000_000_000;

interface Place {
  readonly flag: string;
  readonly environment: string;
}

/** Why these are too much; `undefined` where they are not. `states` are those in which the flag is tried. */
export function tooMuchEffort(
  contexts: readonly SampleContext[],
  states: readonly ProjectState[],
  place: Place,
): string | undefined {
  const patterns = mostPatterns(states, place);
  const efforts = contexts.map((context) => patterns * squaresIn(context));
  const heavy = efforts.flatMap((effort, at) => (effort > MOST_AT_ONE ? [`contexts[${at}]`] : []));
  if (heavy.length === 0 && efforts.reduce((sum, effort) => sum + effort, 0) <= MOST_AT_ALL) return undefined;
  const which =
    heavy.length === 0 ? "All contexts together hold" : `${listed(heavy)} ${heavy.length === 1 ? "holds" : "hold"}`;
  return `${which} too much text to try ${patterns} patterns on. Send fewer contexts, or shorter texts.`;
}

/** Of contexts that nobody sent, as many as are not too much. */
export function withoutTooMuch(
  samples: readonly SampleContext[],
  states: readonly ProjectState[],
  place: Place,
): readonly SampleContext[] {
  const patterns = mostPatterns(states, place);
  let left = MOST_AT_ALL;
  return samples.filter((sample) => {
    const effort = patterns * squaresIn(sample);
    if (effort > Math.min(MOST_AT_ONE, left)) return false;
    left -= effort;
    return true;
  });
}

function mostPatterns(states: readonly ProjectState[], { flag, environment }: Place): number {
  return Math.max(...states.map((state) => patternsOf(state, environment, flag)));
}

/** Of the flag and of all that it reaches. */
function patternsOf(state: ProjectState, environment: string, flag: string): number {
  const { flags, segments } = reachOf(state, environment, flag);
  const targetings = [flag, ...flags].map((key) => targetingOf(state, key, environment)?.document);
  const documents = [...targetings, ...[...segments].map((key) => state.segments.get(key)?.document)];
  return documents.reduce((sum, document) => sum + patternsIn(document).length, 0);
}

function squaresIn(value: unknown): number {
  if (typeof value === "string") return value.length > MAX_MATCHED_LENGTH ? 0 : value.length ** 2;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part: unknown) => sum + squaresIn(part), 0);
}
