/** What happens in one simulated history, drawn from a seed alone; so a shorter plan can be run, where one fails. */
import { seededRandom } from "../../packages/testkit/src/index.ts";
import { type Kind, otherFlag } from "./history.ts";
import { MEMBERS } from "./listed.ts";
import type { Passage, Weather } from "./network.ts";

export type Action =
  | { readonly do: "write"; readonly kind: Kind; readonly key: string }
  | { readonly do: "cut" | "silence" | "drain" | "kill" | "start" | "lag" | "follow" | "revoke" | "admit" }
  | { readonly do: "restore"; readonly lost: number }
  /** A failover lost changes, and the log goes on under a new epoch, of which this node does not hear. */
  | { readonly do: "renew"; readonly lost: number }
  /** What is open is not read, while much is written. */
  | { readonly do: "slow"; readonly ms: number }
  | { readonly do: "jump"; readonly ms: number }
  | { readonly do: "weather"; readonly weather: Weather }
  | { readonly do: "proxy"; readonly webSockets: Passage; readonly events: Passage }
  | { readonly do: "restart"; readonly withCache: boolean }
  /** The application waits for the newest change. */
  | { readonly do: "want" };

export type Step = Action & {
  readonly at: number;
  /** Of the nodes, as far as it matters. */
  readonly node: number;
};

export interface Plan {
  readonly nodes: number;
  /** Characters of each flag: many make a ruleset that is fetched. */
  readonly padding: number;
  /** Whether a segment names a long list of keys. */
  readonly lists: boolean;
  readonly maxAgeSeconds: number;
  /** Broken for good; else proxies work once the faults stop. */
  readonly staysBroken: boolean;
  readonly steps: readonly Step[];
  readonly faultsEndAt: number;
}

const LONGEST_MS = 4 * 60_000;

export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const faultsEndAt = (0.2 + 0.8 * random()) * LONGEST_MS;
  const steps: Step[] = [];
  const pause = 500 + random() * 6_000;
  const nodes = 1 + below(3);
  // Each history has its own troubles: where everything happens at once, little does for long.
  const troubles = pickSome(random, actions);
  for (let at = random() * pause; at < faultsEndAt; at += random() * pause * 2) {
    const make = random() < 0.45 ? write : (troubles[below(troubles.length)] ?? write);
    steps.push({ ...make(random), at, node: below(nodes) });
  }
  const plan = {
    nodes,
    padding: random() < 0.03 ? 14_000 : 0,
    maxAgeSeconds: [0, 30, 30, 90][below(4)] ?? 30,
    staysBroken: random() < 0.15,
    lists: false,
    steps,
    faultsEndAt,
  };
  return withMore(plan, seededRandom(seed ^ 0xfa17));
}

/** The same for those who have no lists, as pages: nothing of them is there, nor written. */
export function withoutLists(plan: Plan): Plan {
  const steps = plan.steps.filter((step) => step.do !== "write" || (step.kind !== "member" && step.kind !== "list"));
  return { ...plan, lists: false, steps };
}

/** In half of all histories: long lists, slow readers, nodes under an old epoch; by dice of their own. */
function withMore(plan: Plan, random: () => number): Plan {
  if (random() < 0.5) return plan;
  const lists = random() < 0.6;
  const slow = random() < 0.4;
  const troubles = [
    ...(lists ? [listWrite, listWrite] : []),
    ...(slow ? [slowness] : []),
    ...pickSome(random, [renew]),
  ];
  const steps = [...plan.steps];
  const pause = 2_000 + random() * 10_000;
  for (let at = random() * pause; at < plan.faultsEndAt; at += random() * pause * 2) {
    const make = troubles[Math.floor(random() * troubles.length)] ?? write;
    steps.push({ ...make(random), at, node: Math.floor(random() * plan.nodes) });
  }
  // Large enough that a few changes fill a connection.
  const padding = slow && random() < 0.3 ? 12_000 : plan.padding;
  return { ...plan, lists, padding, steps: steps.sort((one, other) => one.at - other.at) };
}

type Draw = (random: () => number) => Action;

const write: Draw = (random) => {
  const dice = random();
  const kind: Kind = dice < 0.5 ? "pair" : dice < 0.7 ? "set" : dice < 0.8 ? "drop" : "unseen";
  return { do: "write", kind, key: otherFlag(random()) };
};

const listWrite: Draw = (random) => {
  const key = MEMBERS[Math.floor(random() * MEMBERS.length)] ?? "";
  return { do: "write", kind: random() < 0.8 ? "member" : "list", key };
};

const slowness: Draw = (random) => ({ do: "slow", ms: random() * 45_000 });
const renew: Draw = (random) => ({ do: "renew", lost: Math.floor(random() * 6) });

const storm: Draw = (random) => {
  const share = (most: number): number => (random() < 0.5 ? 0 : random() * most);
  return {
    do: "weather",
    weather: {
      lost: share(0.4),
      doubled: share(0.3),
      late: share(0.5),
      altered: share(0.2),
      refused: share(1),
      unanswered: share(0.5),
      pages: share(0.5),
    },
  };
};

const proxy: Draw = (random) => {
  const passage = (): Passage => {
    const dice = random();
    return dice < 0.4 ? "open" : dice < 0.7 ? "refused" : "swallowed";
  };
  return { do: "proxy", webSockets: passage(), events: passage() };
};

const actions: readonly Draw[] = [
  storm,
  storm,
  proxy,
  () => ({ do: "cut" }),
  () => ({ do: "silence" }),
  () => ({ do: "drain" }),
  (random) => ({ do: random() < 0.5 ? "kill" : "start" }),
  (random) => ({ do: random() < 0.5 ? "lag" : "follow" }),
  (random) => ({ do: random() < 0.3 ? "revoke" : "admit" }),
  (random) => ({ do: "restore", lost: Math.floor(random() * 6) }),
  (random) => ({ do: "jump", ms: (random() - 0.5) * 6e10 }),
  (random) => ({ do: "restart", withCache: random() < 0.7 }),
  () => ({ do: "want" }),
  () => ({ do: "want" }),
];

function pickSome(random: () => number, from: readonly Draw[]): readonly Draw[] {
  return from.filter(() => random() < 0.4);
}
