import type {
  Changed,
  CommentQuery,
  ListOf,
  ScheduleChanged,
  ScheduleCreate,
  ScheduleForm,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { TargetingName } from "./options.ts";

/** Changes of a flag's targeting that wait for their time. */
export function scheduleCalls(send: Send) {
  const path = ({ project, flag, environment }: TargetingName) => [
    ...["projects", project, "flags", flag, "environments", environment, "schedules"],
  ];
  return {
    list: (name: TargetingName) => send<ListOf<ScheduleForm>>({ method: "GET", path: path(name) }),
    create: (name: TargetingName, body: ScheduleCreate) =>
      send<ScheduleChanged>({ method: "POST", path: path(name), body }),
    delete: (name: TargetingName, id: string, query: CommentQuery = {}) =>
      send<Changed>({ method: "DELETE", path: [...path(name), id], query: { ...query } }),
  };
}
