export {
  type Config,
  ConfigError,
  type LogLevel,
  logLevels,
  readConfig,
  type SettingName,
  settingNames,
} from "./config.ts";
export type { FirstSecrets } from "./first-start.ts";
export { type RunningServer, type ServerDependencies, StartError, type Started, startServer } from "./main.ts";
export type { LogSink } from "./observe/log.ts";
export { StoreFault, type StoreFaultKind } from "./store/fault.ts";
