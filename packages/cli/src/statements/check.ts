/** Whether what a file holds are statements. Pure. */
import { KEY_FORM } from "@bannerol/core";
import type { Statement } from "./statement.ts";

/** Where something is wrong, by fields and indexes from the top of the file, and what. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Checked =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export function checkStatements(document: unknown): Checked {
  const list = isRecord(document) ? document.invariants : undefined;
  if (!Array.isArray(list)) return { ok: false, faults: [{ path: [], message: "Give a list under invariants." }] };
  const faults = [...list.flatMap((item, at) => faultsOf(item).map(below("invariants", at))), ...repeated(list)];
  // Each has been looked at, field by field.
  return faults.length === 0 ? { ok: true, statements: list as readonly Statement[] } : { ok: false, faults };
}

type Check = (value: unknown) => readonly Fault[];
type Record = { readonly [name: string]: unknown };

const fault = (message: string): readonly Fault[] => [{ path: [], message }];
const below =
  (...steps: readonly (string | number)[]) =>
  ({ path, message }: Fault): Fault => ({ path: [...steps, ...path], message });

const isRecord = (value: unknown): value is Record =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const key: Check = (value) =>
  typeof value === "string" && KEY_FORM.test(value)
    ? []
    : fault("Give a key: 1 to 128 of a-z 0-9 . _ - that starts with a letter or digit.");

const context: Check = (value) => (isRecord(value) ? [] : fault("Give a context: an object of attributes."));

const percentage: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= 100 ? [] : fault("Give a number from 0 to 100.");

const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length === 0) return fault("Give a list of at least one.");
    return value.flatMap((item, at) => check(item).map(below(at)));
  };

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? [] : check(value);

const fields =
  (checks: { readonly [name: string]: Check }): Check =>
  (value) => {
    if (!isRecord(value)) return fault(`Give an object with ${Object.keys(checks).join(", ")}.`);
    const names = Object.keys(checks).join(", ");
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(checks, name));
    return [
      ...unknown.map((name) => ({ path: [name], message: `There is no such field. The fields here are ${names}.` })),
      ...Object.entries(checks).flatMap(([name, check]) => check(value[name]).map(below(name))),
    ];
  };

const placed = { key, environment: optional(key) };
const forms: readonly (readonly [field: string, check: Check])[] = [
  ["serves", fields({ ...placed, flag: key, context, serves: listOf(key) })],
  [
    "never",
    fields({ ...placed, never: listOf(fields({ flag: key, variant: key })), contexts: optional(listOf(context)) }),
  ],
  ["minimumPercentage", fields({ ...placed, flag: key, minimumPercentage: percentage })],
];

const faultsOf: Check = (value) => {
  const form = isRecord(value) ? forms.find(([field]) => Object.hasOwn(value, field)) : undefined;
  return form?.[1](value) ?? fault(`A statement has one of ${forms.map(([field]) => field).join(", ")}.`);
};

function repeated(list: readonly unknown[]): readonly Fault[] {
  const keys = list.map((item) => (isRecord(item) ? item.key : undefined));
  return keys.flatMap((one, at) =>
    one !== undefined && keys.indexOf(one) < at
      ? [{ path: ["invariants", at, "key"], message: "This key is given to an earlier statement. Choose another." }]
      : [],
  );
}
