/** A JSON Schema in a few words, for people: what it is, and its fields where it has any. */
import { html } from "hono/html";

type Json = { readonly [name: string]: unknown };
type Fragment = ReturnType<typeof html>;

const REFERENCE = "#/components/schemas/";

export function shapeOf(schema: unknown): Fragment {
  const fields = recordOf(schema);
  const reference = textOf(fields.$ref);
  if (reference !== "") return referenceTo(reference.replace(REFERENCE, ""));
  const choices = [...listOf(fields.anyOf), ...listOf(fields.oneOf)];
  if (choices.length > 0) return html`<ul>${choices.map((choice) => html`<li>${shapeOf(choice)}</li>`)}</ul>`;
  if (fields.properties !== undefined) return fieldsOf(fields);
  if (fields.items !== undefined) return html`a list of ${shapeOf(fields.items)}`;
  if (fields.additionalProperties !== undefined && fields.additionalProperties !== false)
    return html`an object by name of ${shapeOf(fields.additionalProperties)}`;
  return html`${scalarOf(fields)}`;
}

const referenceTo = (name: string): Fragment => html`<a href="#schema-${name}">${name}</a>`;

function fieldsOf({ properties, required }: Json): Fragment {
  const needed = listOf(required);
  return html`<dl>${Object.entries(recordOf(properties)).map(
    ([
      name,
      property,
    ]) => html`<dt><code>${name}</code>${needed.includes(name) ? "" : html` <small>optional</small>`}</dt>
<dd>${shapeOf(property)} ${textOf(recordOf(property).description)}</dd>
`,
  )}</dl>`;
}

function scalarOf({ type, enum: values, const: only, pattern, minimum, maximum, maxLength }: Json): string {
  if (only !== undefined) return JSON.stringify(only);
  const allowed = listOf(values);
  if (allowed.length > 0) return allowed.map((value) => JSON.stringify(value)).join(" or ");
  const limits = [
    ...(pattern === undefined ? [] : [`like ${String(pattern)}`]),
    ...(minimum === undefined ? [] : [`from ${String(minimum)}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`to ${String(maximum)}`]),
    ...(maxLength === undefined ? [] : [`of at most ${String(maxLength)} characters`]),
  ];
  const kind = type === undefined ? "any JSON value" : [type].flat().join(" or ");
  return [kind, ...limits].join(" ");
}

export function recordOf(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value));
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
