import { z } from "zod";
import { instantSchema, revisionSchema } from "./common.ts";

/** One SDK that is connected now, or has polled within two minutes. */
export const connectionSchema = z
  .object({
    instance: z.string().meta({ description: "Random, one for each client object; empty where it names none" }),
    name: z.string().meta({ description: "The SDK's name" }),
    version: z.string().meta({ description: "The SDK's version" }),
    transport: z.enum(["websocket", "sse", "polling"]),
    revision: revisionSchema.meta({ description: "The newest revision that it has acknowledged" }),
    keyId: z.string(),
    since: instantSchema,
  })
  .meta({ id: "Connection" });
export type ConnectionForm = z.output<typeof connectionSchema>;
export const connectionListSchema = z.object({ items: z.array(connectionSchema) }).meta({ id: "ConnectionList" });
export type ConnectionList = z.output<typeof connectionListSchema>;

/** Who has a revision, and who has not. */
export const convergenceSchema = z
  .object({
    revision: revisionSchema,
    connected: z.int().min(0),
    have: z.int().min(0),
    share: z.number().min(0).max(1).meta({ description: "have / connected; 1 where nobody is connected" }),
    missing: z.array(connectionSchema.pick({ instance: true, name: true, version: true, revision: true })),
  })
  .meta({ id: "Convergence" });
export type Convergence = z.output<typeof convergenceSchema>;

export const connectionsQuerySchema = z.strictObject({
  revision: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be a revision, a whole number")
    .transform(Number)
    .meta({ description: "Sum up who has this revision" })
    .exactOptional(),
});
export type ConnectionsQuery = z.input<typeof connectionsQuerySchema>;

/** With `revision` in the query the summary, without it the list. */
export const connectionsAnswerSchema = z.union([convergenceSchema, connectionListSchema]);
