import type {
  EnvironmentChanged,
  EnvironmentCreate,
  EnvironmentForm,
  EnvironmentList,
  EnvironmentPatch,
  ProjectCreate,
  ProjectForm,
  ProjectList,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, EnvironmentName } from "./options.ts";

/** Projects, and the environments of each. */
export function projectCalls(send: Send) {
  const environments = (project: string) => ["projects", project, "environments"];
  return {
    list: () => send<ProjectList>({ method: "GET", path: ["projects"] }),
    get: (project: string) => send<ProjectForm>({ method: "GET", path: ["projects", project] }),
    create: (body: ProjectCreate) => send<ProjectForm>({ method: "POST", path: ["projects"], body }),
    environments: (project: string) => send<EnvironmentList>({ method: "GET", path: environments(project) }),
    environment: ({ project, environment }: EnvironmentName) =>
      send<EnvironmentForm>({ method: "GET", path: [...environments(project), environment] }),
    createEnvironment: (project: string, body: EnvironmentCreate) =>
      send<EnvironmentChanged>({ method: "POST", path: environments(project), body }),
    updateEnvironment: (
      { project, environment }: EnvironmentName,
      body: EnvironmentPatch,
      { ifMatch }: ChangeOptions = {},
    ) => send<EnvironmentChanged>({ method: "PATCH", path: [...environments(project), environment], body, ifMatch }),
  };
}
