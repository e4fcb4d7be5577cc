/** A change that waits, for people: what it would do, for whose word it waits, and how to go on. */
import type { ApprovalForm } from "@bannerol/protocol/schemas";
import type { Colours } from "./colour.ts";
import type { Output } from "./output.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";
import { differenceLines, nameOfItem } from "./touched.ts";

/** The answer to a change that has to be approved first. */
export function waitingOutput(approval: ApprovalForm): Output {
  return { document: { approval }, text: (colours) => waitingText(approval, colours) };
}

function waitingText(approval: ApprovalForm, colours: Colours): string {
  const { id } = approval;
  const environment = approval.needs[0]?.environment ?? "";
  const place = `${id} --env ${printable(environment)}`;
  return [
    `${colours.yellow("waits for approval")}, nothing was changed yet: ${colours.bold(id)}`,
    ...approval.items.map((item) => differenceLines(item, colours)),
    ...whatIsMissing(approval),
    colours.dim(`until ${atText(approval.expiresAt)}; then it has to be proposed anew`),
    `Somebody else:  bannerol approve ${place}`,
    `You, if not:    bannerol withdraw ${place}`,
  ].join("\n");
}

/** One approval, whole. */
export function approvalText(approval: ApprovalForm, colours: Colours): string {
  const { id, author, createdAt, comment, closed } = approval;
  const by = `${printable(author.name)}, ${atText(createdAt)}`;
  return [
    `${colours.bold(id)}  ${statusText(approval, colours)}  ${printable(approval.action)} by ${by}`,
    ...(comment === undefined ? [] : [`  ${printable(comment)}`]),
    ...approval.items.map((item) => differenceLines(item, colours)),
    ...approval.approvals.map((vote) => `approved by ${signed(vote)}`),
    ...(closed === undefined || approval.status === "applied" ? [] : [`${approval.status} by ${signed(closed)}`]),
    ...(approval.status === "waiting" ? whatIsMissing(approval) : []),
    ...(approval.status === "waiting" && !approval.applies
      ? ["What it touches was changed meanwhile: it cannot be applied any more."]
      : []),
  ].join("\n");
}

export function approvalTable(items: readonly ApprovalForm[], colours: Colours): string {
  return table([
    ["ID", "STATUS", "WHAT", "BY", "SINCE (UTC)", "MISSING"].map((cell) => colours.dim(cell)),
    ...items.map((approval) => [
      colours.bold(approval.id),
      statusText(approval, colours),
      [...new Set(approval.items.map(whatOf))].join(", ") || printable(approval.action),
      printable(approval.author.name),
      atText(approval.createdAt),
      approval.status === "waiting" ? missingText(approval) : "",
    ]),
  ]);
}

function whatOf(item: ApprovalForm["items"][number]): string {
  return printable(nameOfItem(item) ?? item.environment ?? "");
}

function statusText({ status, revision, applies }: ApprovalForm, colours: Colours): string {
  if (status === "applied")
    return colours.green(revision === undefined ? "applied" : `applied as revision ${revision}`);
  if (status === "waiting") return applies ? colours.yellow("waiting") : colours.red("outdated");
  return colours.red(status);
}

function whatIsMissing({ needs }: ApprovalForm): readonly string[] {
  return needs
    .filter(({ missing }) => missing > 0)
    .map(
      ({ environment, missing }) =>
        `${printable(environment)} asks for ${missing} more: ${missing === 1 ? "a releaser or admin who is" : "releasers or admins who are"} not its author`,
    );
}

function missingText({ needs }: ApprovalForm): string {
  return needs.map(({ environment, missing }) => `${missing} in ${printable(environment)}`).join(", ");
}

function signed({ by, at, comment }: ApprovalForm["approvals"][number]): string {
  return `${printable(by.name)}, ${atText(at)}${comment === undefined ? "" : `: ${printable(comment)}`}`;
}

function atText(instant: string): string {
  return `${instant.slice(0, 16).replace("T", " ")}`;
}
