import { type Action, openSession } from "../call.ts";
import { keyKinds, oneOf } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { minuteOf, secondOf } from "../output/when.ts";
import { collect } from "../pages.ts";
import { inSeconds, readOverlap, replacedBy, replacedText } from "../rotation.ts";

/** The key alone on standard output, so that a script can take it; what is to know about it on standard error. */
export const create: Action = async (call) => {
  const { admin, project, environment } = await openSession(call);
  const name = call.words.option("name");
  const { body } = await admin.keys.create({
    project,
    environment: environment(),
    kind: oneOf(keyKinds, call.words.option("kind")) ?? "server",
    ...(name !== undefined && { name }),
    ...commentOf(call.words),
  });
  return {
    document: body,
    text: () => body.key,
    notes: [
      `A ${body.kind} key for ${printable(body.environment)}, id ${body.id}. It is shown this once: keep it now.`,
    ],
  };
};

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const environment = call.words.option("env");
  const query = {
    project,
    ...(environment !== undefined && { environment }),
    ...(call.words.has("revoked") && { revoked: "true" as const }),
  };
  const { items } = await collect((page) => admin.keys.list({ ...query, ...page }));
  return {
    document: { items },
    text: (colours) =>
      items.length === 0
        ? ""
        : table([
            ["ID", "KIND", "ENVIRONMENT", "NAME", "MADE (UTC)", "ENDS (UTC)", "LAST USED (UTC)"].map((cell) =>
              colours.dim(cell),
            ),
            ...items.map(({ id, kind, environment: place, name, createdAt, expiresAt, lastUsedAt }) => [
              colours.bold(id),
              kind,
              printable(place),
              printable(name),
              secondOf(createdAt),
              expiresAt === undefined ? "" : secondOf(expiresAt),
              lastUsedAt === undefined ? "never" : minuteOf(lastUsedAt),
            ]),
          ]),
    ...(items.length === 0 && { notes: ["No such keys. Make one: bannerol key create --env development"] }),
  };
};

/** The new key alone on standard output. */
export const rotate: Action = async (call) => {
  const id = call.words.credentialId("id");
  const overlapMs = readOverlap(call.words, inSeconds);
  const { admin } = await openSession(call);
  const { items } = await collect((page) => admin.keys.list(page));
  const { body } = await admin.keys.rotate(id, { overlapSeconds: overlapMs / 1_000, ...commentOf(call.words) });
  const replaces = replacedBy(body, items.find((key) => key.id === id) ?? { id }, overlapMs);
  return {
    document: { ...body, replaces },
    text: () => body.key,
    notes: [
      `A ${body.kind} key for ${printable(body.environment)}, id ${body.id}. It is shown this once: keep it now.`,
      replacedText(replaces, overlapMs),
    ],
  };
};

export const revoke: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.keys.revoke(call.words.credentialId("id"), commentOf(call.words));
  return {
    document: body,
    text: (colours) => `Key ${colours.bold(body.id)} revoked: its connections end.\n${stamp(body, colours)}`,
  };
};
