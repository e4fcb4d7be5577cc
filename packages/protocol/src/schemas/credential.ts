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

const userIdSchema = z.string().regex(/^[a-z0-9]{8}$/, "must be the 8 letters and digits of a person's id");
const credentialIdSchema = z.string().regex(/^[0-9A-Za-z]{12}$/, "must be the 12 letters and digits of an id");

export const keyKindSchema = z.enum(["server", "client"]).meta({ id: "KeyKind" });
export const roleSchema = z.enum(["viewer", "editor", "releaser", "admin"]).meta({ id: "Role" });
export type RoleForm = z.infer<typeof roleSchema>;

const lastUsed = instantSchema
  .meta({ description: "When it last let somebody in, to the minute; in lists alone, and absent where it never did" })
  .exactOptional();

const keyAnswer = {
  id: credentialIdSchema,
  kind: keyKindSchema,
  project: keySchema,
  environment: keySchema,
  name: nameSchema,
  createdAt: instantSchema,
  expiresAt: instantSchema.meta({ description: "It was rotated, and opens nothing from then on" }).exactOptional(),
  revokedAt: instantSchema.exactOptional(),
  lastUsedAt: lastUsed,
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
  user: userIdSchema.meta({ description: "Whose it is; a service's where it names nobody" }).exactOptional(),
  project: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
  createdAt: instantSchema,
  expiresAt: instantSchema.exactOptional(),
  revokedAt: instantSchema.exactOptional(),
  lastUsedAt: lastUsed,
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
    user: userIdSchema
      .meta({ description: "The person whose it shall be, within their role and scope" })
      .exactOptional(),
    project: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    expiresAt: instantSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "TokenCreate", example: { name: "deploy pipeline", role: "releaser", project: "default" } });
export type TokenCreate = z.input<typeof tokenCreateSchema>;

export const tokensQuerySchema = z.strictObject({ ...pageQuery, revoked });
export type TokensQuery = z.input<typeof tokensQuerySchema>;

const MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60;

/** Another one in its place; the old one goes on for a while. */
export const rotateSchema = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .meta({ description: "How long the old one still works; a day unless named, 30 days at most" })
      .exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "Rotate", example: { overlapSeconds: 3_600 } });
export type Rotate = z.input<typeof rotateSchema>;

const userAnswer = {
  id: userIdSchema,
  name: nameSchema,
  email: z.string(),
  role: roleSchema,
  project: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
  createdAt: instantSchema,
  disabledAt: instantSchema.exactOptional(),
  revision: revisionSchema,
};

/** A person, who works by tokens that name them. They count once wherever people are counted. */
export const userSchema = z.object(userAnswer).meta({ id: "User" });
export type UserForm = z.output<typeof userSchema>;
export const userListSchema = listOf(userSchema).meta({ id: "UserList" });
export type UserList = z.output<typeof userListSchema>;
export const userChangedSchema = userSchema.extend(changeStamp).meta({ id: "UserChanged" });
export type UserChanged = z.output<typeof userChangedSchema>;

const emailSchema = z.email().max(254);
export const userCreateSchema = z
  .strictObject({
    name: nameSchema.min(1),
    email: emailSchema,
    role: roleSchema,
    project: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "UserCreate", example: { name: "Ada", email: "ada@example.com", role: "releaser" } });
export type UserCreate = z.input<typeof userCreateSchema>;

export const userPatchSchema = z
  .strictObject({
    name: nameSchema.min(1).exactOptional(),
    email: emailSchema.exactOptional(),
    role: roleSchema.exactOptional(),
    disabled: z.boolean().meta({ description: "Whether their tokens let nobody in" }).exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "UserPatch", example: { role: "viewer" } });
export type UserPatch = z.input<typeof userPatchSchema>;

export const usersQuerySchema = z.strictObject(pageQuery);
export type UsersQuery = z.input<typeof usersQuerySchema>;

/** Who asks, and what they may do where. */
export const whoamiSchema = z
  .object({
    type: z.enum(["token", "user", "system"]),
    id: z.string(),
    name: nameSchema,
    role: roleSchema,
    token: credentialIdSchema
      .meta({ description: "The token that was sent; absent for the settings' own" })
      .exactOptional(),
    project: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    expiresAt: instantSchema.exactOptional(),
  })
  .meta({ id: "Whoami" });
export type Whoami = z.output<typeof whoamiSchema>;
