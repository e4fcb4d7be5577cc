/** What single steps cost: the parts that any evaluation is made of. */
import murmurhash from "murmurhash";
import { bucketOf } from "../../packages/core/src/bucket.ts";
import { murmur3 } from "../../packages/core/src/hash.ts";
import { type Cost, costOf } from "./cost.ts";
import { usersOf } from "./scenarios.ts";
import type { Call } from "./subject.ts";

const USERS = 1_024;

export async function measureSteps(rounds: number): Promise<readonly (readonly [step: string, cost: Cost])[]> {
  const users = usersOf(USERS).map(({ id }) => id);
  const keys = new Map(users.map((user) => [user, 1]));
  const steps: readonly (readonly [string, Call])[] = [
    ["an empty call", (turn) => turn],
    ["`Map.get` among 1,024 keys", (turn) => keys.get(users[turn] ?? "")],
    ["murmur3 of 24 bytes, `murmurhash`", (turn) => murmurhash.v3(users[turn] ?? "", 7)],
    ["murmur3 of 24 bytes, ours", (turn) => murmur3(users[turn] ?? "", 7)],
    ["a bucket of 24 bytes, ours", (turn) => bucketOf(users[turn] ?? "", 7)],
  ];
  const costs: [string, Cost][] = [];
  for (const [step, call] of steps) costs.push([step, await costOf({ call }, USERS, rounds)]);
  return costs;
}
