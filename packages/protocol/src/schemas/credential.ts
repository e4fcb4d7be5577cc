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

const credentialIdSchema = z.string().regex(/^[0-9A-Za-z]{12}$/, "must be the 12 letters and digits of an id");

export const keyKindSchema = z.enum(["server", "client"]).meta({ id: "KeyKind" });
export const roleSchema = z.enum(["viewer", "editor", "releaser", "admin"]).meta({ id: "Role" });
export type RoleForm = z.infer<typeof roleSchema>;

const keyAnswer = {
  id: credentialIdSchema,
  kind: keyKindSchema,
  project: keySchema,
  environment: keySchema,
  name: nameSchema,
  createdAt: instantSchema,
  revokedAt: instantSchema.exactOptional(),
  revision: revisionSchema,
};

/** An SDK key, without its secret. */
export const sdkKeySchema = z.object(keyAnswer).meta({ id: "SdkKey" });
export type SdkKeyForm = z.output<typeof sdkKeySchema>;
export const sdkKeyListSchema = listOf(sdkKeySchema).meta({ id: "SdkKeyList" });
export type SdkKeyList = z.output<typeof sdkKeyListSchema>;
export const sdkKeyChangedSchema = sdkKeySchema.extend(changeStamp).meta({ id: "SdkKeyChanged" });
export type SdkKeyChanged = z.output<typeof sdkKeyChangedSchema>;

/** The only answer that ever holds the key itself. */
export const sdkKeyCreatedSchema = sdkKeyChangedSchema
  .extend({ key: z.string().meta({ description: "The key. Shown this once" }) })
  .meta({ id: "SdkKeyCreated" });
export type SdkKeyCreated = z.output<typeof sdkKeyCreatedSchema>;

export const sdkKeyCreateSchema = z
  .strictObject({
    project: keySchema,
    environment: keySchema,
    kind: keyKindSchema,
    name: nameSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "SdkKeyCreate", example: { project: "default", environment: "production", kind: "server" } });
export type SdkKeyCreate = z.input<typeof sdkKeyCreateSchema>;

const revoked = z
  .enum(["true", "false", "all"])
  .meta({ description: "Revoked ones alone, all others (so unless named), or all" })
  .exactOptional();

export const sdkKeysQuerySchema = z.strictObject({
  ...pageQuery,
  project: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
  revoked,
});
export type SdkKeysQuery = z.input<typeof sdkKeysQuerySchema>;

const tokenAnswer = {
  id: credentialIdSchema,
  name: nameSchema,
  role: roleSchema,
  project: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
  createdAt: instantSchema,
  expiresAt: instantSchema.exactOptional(),
  revokedAt: instantSchema.exactOptional(),
  revision: revisionSchema,
};

/** A token of the admin API, without its secret. Its scope is all, a project, or one environment of a project. */
export const tokenSchema = z.object(tokenAnswer).meta({ id: "Token" });
export type TokenForm = z.output<typeof tokenSchema>;
export const tokenListSchema = listOf(tokenSchema).meta({ id: "TokenList" });
export type TokenList = z.output<typeof tokenListSchema>;
export const tokenChangedSchema = tokenSchema.extend(changeStamp).meta({ id: "TokenChanged" });
export type TokenChanged = z.output<typeof tokenChangedSchema>;

/** The only answer that ever holds the token itself. */
export const tokenCreatedSchema = tokenChangedSchema
  .extend({ token: z.string().meta({ description: "The token. Shown this once" }) })
  .meta({ id: "TokenCreated" });
export type TokenCreated = z.output<typeof tokenCreatedSchema>;

export const tokenCreateSchema = z
  .strictObject({
    name: nameSchema.min(1),
    role: roleSchema,
    project: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    expiresAt: instantSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "TokenCreate", example: { name: "deploy pipeline", role: "releaser", project: "default" } });
export type TokenCreate = z.input<typeof tokenCreateSchema>;

export const tokensQuerySchema = z.strictObject({ ...pageQuery, revoked });
export type TokensQuery = z.input<typeof tokensQuerySchema>;
