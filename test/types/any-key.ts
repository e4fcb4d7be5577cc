/** Where nothing was generated, every text is a key, and the default tells the type. */
import { createClient as createPageClient, type Flags } from "@bannerol/sdk-browser";
import {
  type BoundEvaluation,
  createClient,
  type Evaluation,
  type EvaluationResult,
  type JsonValue,
} from "@bannerol/sdk-node";
import { createTestClient } from "@bannerol/sdk-node/testing";

const flags = createClient({ url: "http://localhost:4400", key: "bnr_server_x" });
const page = createPageClient({ url: "http://localhost:4400", key: "bnr_client_x" });
const key: string = ["theme", "limits"][0] ?? "";
const values: { [key: string]: JsonValue } = { theme: "dark" };
const test = createTestClient(values);

export const themeOf = (evaluation: Evaluation): string => evaluation.value(key, {}, "light");
export const boundTo = (evaluation: BoundEvaluation): EvaluationResult<number> => evaluation.evaluate(key, 7);
export const inPage = (of: Flags): boolean => of.isEnabled(key) && of.value(key, false);
export const any = <T extends JsonValue>(name: string, fallback: T): T => flags.value(name, {}, fallback);
export const shaped = flags.value<{ readonly columns: number }>(key, {}, { columns: 2 }).columns;
export const set = (name: string, value: JsonValue): void => test.set(name, value);
export const handles: readonly [boolean, string, number] = [
  flags.boolean(key, false)(),
  page.string(key, "light")(),
  flags.forContext({}).number(key, 7)(),
];

// @ts-expect-error: what a default of that type does not give
export const wrong: string = flags.value(key, {}, 7);
