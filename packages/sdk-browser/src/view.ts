/** What a page is served from: a state of the flags, seen by one context. */
import { type FlagType, freezeDeep, type Outcome, typeOfDefault } from "@bannerol/core";

/** What a flag serves, or the error because of which the caller's default is served. */
export type Answer = Omit<Outcome, "index">;

/** A flag, as one context sees it. */
export interface SeenFlag {
  /** `undefined` where it cannot be told: the flag cannot be read, or the server has not answered for it. */
  readonly type: FlagType | undefined;
  /** Whether the answer may be another one at another time. */
  readonly usesClock: boolean;
  /** `now`: epoch milliseconds. Never throws. */
  readonly answer: (now: number) => Answer;
}

/** A state, seen by one context. It never changes. */
export interface View {
  readonly epoch: string;
  readonly revision: number;
  readonly flag: (key: string) => SeenFlag | undefined;
  readonly keys: () => Iterable<string>;
}

/** What the server answered for one context. */
export interface Answers {
  readonly epoch: string;
  readonly revision: number;
  readonly flags: ReadonlyMap<string, Answer>;
}

export function viewOfAnswers({ epoch, revision, flags }: Answers): View {
  return {
    epoch,
    revision,
    flag(key) {
      const answer = flags.get(key);
      return answer && seenAs(answer);
    },
    keys: () => flags.keys(),
  };
}

/** An answer that the server gave; its value is frozen, as what is evaluated here. It tells the type; of an error there is none. */
export function seenAs(answer: Answer): SeenFlag {
  const type = answer.errorCode === undefined ? typeOfDefault(freezeDeep(answer.value)) : undefined;
  return { type, usesClock: false, answer: () => answer };
}
