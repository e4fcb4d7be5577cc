import type { EnvironmentName } from "@bannerol/admin-client";
import type { ApprovalForm, ApprovalsQuery } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession, type Session } from "../call.ts";
import { approvalStatuses, oneOf } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { approvalTable, approvalText } from "../output/approval.ts";
import type { Output } from "../output/output.ts";
import { tell } from "../output/tell.ts";
import { collect } from "../pages.ts";

/** Of one environment, or of all that the token sees. */
export const list: Action = async (call) => {
  const session = await openSession(call);
  const status = oneOf(approvalStatuses, call.words.option("status"));
  const places = await placesOf(call, session);
  const found = await Promise.all(places.map((place) => listIn(session, place, status)));
  const items = [...new Map(found.flat().map((one) => [one.id, one])).values()];
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : approvalTable(items, colours)),
    notes: [
      items.length === 0
        ? "Nothing waits for approval."
        : "Look at one: bannerol approvals show <id> --env <environment>",
    ],
  };
};

export const show: Action = async (call) => {
  const session = await openSession(call);
  const { body } = await session.admin.approvals.get(placeOf(session), call.words.argument("id"));
  return { document: body, text: (colours) => approvalText(body, colours) };
};

/** It shows what it approves. The word itself is the answer that a change is asked for, so nothing more is asked. */
export const approve: Action = async (call) => {
  const session = await openSession(call);
  const [place, id] = [placeOf(session), call.words.argument("id")];
  const { body: found } = await session.admin.approvals.get(place, id);
  tell(call, (colours) => approvalText(found, colours));
  const { body } = await session.admin.approvals.approve(place, id, commentOf(call.words));
  return decided(body.approval);
};

export const reject: Action = async (call) => {
  const session = await openSession(call);
  const { approvals } = session.admin;
  return decided(
    (await approvals.reject(placeOf(session), call.words.argument("id"), commentOf(call.words))).body.approval,
  );
};

export const withdraw: Action = async (call) => {
  const session = await openSession(call);
  const { approvals } = session.admin;
  return decided(
    (await approvals.withdraw(placeOf(session), call.words.argument("id"), commentOf(call.words))).body.approval,
  );
};

function decided(approval: ApprovalForm): Output {
  const environment = approval.needs[0]?.environment;
  const { revision } = approval;
  return {
    document: { approval },
    ...(revision !== undefined && { changed: { revision, ...(environment !== undefined && { environment }) } }),
    text: (colours) => approvalText({ ...approval, items: [] }, colours),
  };
}

async function placesOf(
  { words }: Call,
  { admin, project, environment }: Session,
): Promise<readonly EnvironmentName[]> {
  if (words.option("env") !== undefined) return [{ project, environment: environment() }];
  const { body } = await admin.projects.environments(project);
  return body.items.map(({ key }) => ({ project, environment: key }));
}

async function listIn(
  { admin }: Session,
  place: EnvironmentName,
  status: ApprovalsQuery["status"],
): Promise<readonly ApprovalForm[]> {
  const query = status === undefined ? {} : { status };
  return (await collect((page) => admin.approvals.list(place, { ...query, ...page }))).items;
}

function placeOf({ project, environment }: Session): EnvironmentName {
  return { project, environment: environment() };
}
