import { type ProjectForm, projectListSchema, projectSchema } from "@bannerol/protocol/schemas";
import { Scope } from "../../auth/scope.ts";
import { anywhere, inProject } from "../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";

const PATH = "/api/v1/projects";

export function projectRoutes(services: Services): readonly Route[] {
  const { ledger } = services;
  const form = ({ key, revision, head }: ProjectState): ProjectForm => {
    return { key, name: ledger.system().projects.get(key)?.document.name ?? key, revision, head };
  };
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: anywhere("read"),
      summary: "List the projects that the token reaches",
      query: noQuery,
      body: noBody,
      reply: projectListSchema,
      async handler({ scope }) {
        const reached = ledger.projects().filter((project) => scope.at({ project }) instanceof Scope);
        const states = reached.flatMap((project) => ledger.state(project) ?? []);
        return { body: { items: states.map(form) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{p}`,
      permission: inProject("read"),
      summary: "A project and where its history stands",
      query: noQuery,
      body: noBody,
      reply: projectSchema,
      async handler({ scope }) {
        return { body: form(stateOf(services, scope)) };
      },
    }),
  ];
}
