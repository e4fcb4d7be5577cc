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
export { backUp, type KeptProjectHead, restore, verifyDatabase } from "./maintenance.ts";
export type { LogSink } from "./observe/log.ts";
export { StoreFault, type StoreFaultKind } from "./store/fault.ts";
export { SchemaTooNew } from "./store/migration.ts";
export type { ChainVerdict } from "./store/port.ts";
export type { Restored } from "./store/sqlite/restore.ts";
