/** People, as the command line names them: by id, or by the address that nobody else has. */
import { AdminApiError, type AdminClient } from "@bannerol/admin-client";
import type { UserForm } from "@bannerol/protocol/schemas";
import { CliError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";
import { collect } from "./pages.ts";

/** What a change of a person needs: who it is, and the ETag of what was read. */
interface FoundUser {
  readonly user: UserForm;
  readonly etag?: string;
}

/** Throws where there is no such person, or none that the token reaches. */
export async function findUser(admin: AdminClient, named: string): Promise<FoundUser> {
  const id = named.includes("@") ? await idByAddress(admin, named) : named;
  const { body, etag } = await admin.users.get(id);
  return { user: body, ...(etag !== undefined && { etag }) };
}

async function idByAddress(admin: AdminClient, address: string): Promise<string> {
  const { items } = await collect((page) => admin.users.list(page));
  const found = items.find(({ email }) => email.toLowerCase() === address.toLowerCase());
  if (found !== undefined) return found.id;
  throw new CliError(`There is nobody with the address ${address}. \`bannerol user list\` shows who is there.`, {
    code: "not_found",
    exitCode: ExitCode.notFound,
  });
}

/** Names by id; none where the token may not see people. */
export async function namesOfUsers(admin: AdminClient): Promise<ReadonlyMap<string, string>> {
  try {
    const { items } = await collect((page) => admin.users.list(page));
    return new Map(items.map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof AdminApiError && error.status === 403) return new Map();
    throw error;
  }
}
