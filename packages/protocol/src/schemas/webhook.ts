/** Endpoints that are told of changes. */
import { z } from "zod";
import {
  changeStamp,
  commentSchema,
  instantSchema,
  keySchema,
  listOf,
  nameSchema,
  pageQuery,
  revisionSchema,
} from "./common.ts";

export const MAX_WEBHOOK_EVENTS = 100;

const webhookIdSchema = z.string().regex(/^[0-9A-Za-z]{12}$/, "must be the 12 letters and digits of an id");

const eventSchema = z
  .string()
  .max(100)
  .regex(/^([a-z]+(\.[a-z]*)?\*?|\*)$/, "must be an action, like flag.enable, or the beginning of one, like flag.*");

const eventsSchema = z
  .array(eventSchema)
  .min(1)
  .max(MAX_WEBHOOK_EVENTS)
  .meta({
    description: "Actions as the history has them, such as `flag.enable`, `flag.*` or `*`",
    example: ["flag.*"],
  });

const urlSchema = z
  .string()
  .min(1)
  .max(2_048)
  .meta({ description: "Where changes are sent: https, and public unless the operator allows more" });

const deliverySchema = z
  .object({
    project: z.string().meta({ description: "A project, or `_system` for what belongs to the installation" }),
    revision: revisionSchema.meta({ description: "Of the newest change that is done with" }),
    failures: z.int().min(0).meta({ description: "How often the next one has failed" }),
    failingSince: instantSchema.exactOptional(),
    dueAt: instantSchema.meta({ description: "When it is tried again" }).exactOptional(),
    lastAt: instantSchema.exactOptional(),
    lastOutcome: z.string().meta({ description: "What the last try came to, such as `HTTP 204`" }).exactOptional(),
  })
  .meta({ id: "WebhookDelivery", description: "Where a webhook stands in the history of a project" });
export type WebhookDelivery = z.output<typeof deliverySchema>;

const answer = {
  id: webhookIdSchema,
  name: nameSchema,
  url: urlSchema,
  project: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  disabledBecause: z.string().meta({ description: "Why the server disabled it" }).exactOptional(),
  createdAt: instantSchema,
  rotatedAt: instantSchema.exactOptional(),
  deliveries: z.array(deliverySchema),
  revision: revisionSchema,
};

export const webhookSchema = z.object(answer).meta({ id: "Webhook" });
export type WebhookForm = z.output<typeof webhookSchema>;
export const webhookListSchema = listOf(webhookSchema).meta({ id: "WebhookList" });
export type WebhookList = z.output<typeof webhookListSchema>;
export const webhookChangedSchema = webhookSchema.extend(changeStamp).meta({ id: "WebhookChanged" });
export type WebhookChanged = z.output<typeof webhookChangedSchema>;

/** The only answers that ever hold a secret: to making a webhook, and to rotating its secret. */
export const webhookSecretSchema = webhookChangedSchema
  .extend({ secret: z.string().meta({ description: "What bodies are signed with. Shown this once" }) })
  .meta({ id: "WebhookSecret" });
export type WebhookSecret = z.output<typeof webhookSecretSchema>;

export const webhookCreateSchema = z
  .strictObject({
    url: urlSchema,
    name: nameSchema.exactOptional(),
    project: keySchema
      .meta({ description: "One project's changes; those of all, and of the installation, unless named" })
      .exactOptional(),
    environment: keySchema
      .meta({ description: "Of the project: what belongs to this environment, and to none" })
      .exactOptional(),
    events: eventsSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "WebhookCreate", example: { url: "https://hooks.example.com/flags", project: "default" } });
export type WebhookCreate = z.input<typeof webhookCreateSchema>;

export const webhookPatchSchema = z
  .strictObject({
    url: urlSchema.exactOptional(),
    name: nameSchema.exactOptional(),
    events: eventsSchema.exactOptional(),
    enabled: z.boolean().exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "WebhookPatch", example: { enabled: true } });
export type WebhookPatch = z.input<typeof webhookPatchSchema>;

export const webhooksQuerySchema = z.strictObject(pageQuery);
export type WebhooksQuery = z.input<typeof webhooksQuerySchema>;

export const webhookRotateSchema = z
  .strictObject({
    overlapHours: z
      .int()
      .min(0)
      .max(168)
      .meta({ description: "For so long bodies are signed with both secrets; 24 unless named" })
      .exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "WebhookRotate", example: { overlapHours: 24 } });
export type WebhookRotate = z.input<typeof webhookRotateSchema>;

export const webhookReplaySchema = z
  .strictObject({
    from: z.int().min(1).meta({ description: "The revision of the first change that is sent again" }),
    project: keySchema
      .or(z.literal("_system"))
      .meta({ description: "Needed where the webhook is for all" })
      .exactOptional(),
  })
  .meta({ id: "WebhookReplay", example: { from: 42 } });
export type WebhookReplay = z.input<typeof webhookReplaySchema>;

export const webhookTestedSchema = z
  .object({
    delivered: z.boolean(),
    status: z.int().meta({ description: "Of the endpoint's answer" }).exactOptional(),
    ms: z.int().min(0).exactOptional(),
    message: z.string(),
  })
  .meta({ id: "WebhookTested" });
export type WebhookTested = z.output<typeof webhookTestedSchema>;
