/** The settings of a gateway as environment variables. */
import { readPagesFolder } from '../shared/http/static-pages.ts';
import type { HostPort } from '../shared/runtime/network/host-port.ts';
import { EnvironmentReader, type EnvironmentValues } from '../shared/runtime/program/environment.ts';
import {
  PROCESS_VARIABLES,
  type ProcessSettings,
  readProcessSettings,
} from '../shared/runtime/program/process-settings.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';
import { MAX_PHONES } from './core/phone-book.ts';

/** Where the phones are. */
export type PhoneSource =
  | { readonly kind: 'list'; readonly apis: readonly string[] }
  | { readonly kind: 'dns'; readonly name: HostPort }
  | { readonly kind: 'supervisor' };

export interface GatewaySettings extends ProcessSettings {
  readonly listen: HostPort;
  readonly source: PhoneSource;
  /** Hosts beside loopback and where it listens under which it may be called. */
  readonly hosts: readonly string[];
  /** Addresses, or ranges of them, of reverse proxies whose word on where a request came from is taken. */
  readonly proxies: readonly string[];
  /** What callers of the churn lab must show; undefined: there is no lab. */
  readonly adminToken: string | undefined;
  /** Where the lab of phones in containers takes commands; undefined: there is none. */
  readonly containerLab: HostPort | undefined;
  /** Folder of the built console; undefined: there is none. */
  readonly consoleFolder: string | undefined;
  /** Folder of the scenario files that the churn lab plays; undefined: those of the repository. */
  readonly scenarioFolder: string | undefined;
}

export const GATEWAY_VARIABLES: readonly Variable[] = [
  {
    name: 'RINGWALL_GATEWAY_LISTEN',
    meaning: 'host:port of the gateway; port 0 picks one',
    fallback: '127.0.0.1:8100',
  },
  {
    name: 'RINGWALL_GATEWAY_PHONES',
    meaning:
      "comma-separated host:port of the phones' REST APIs; the first is phone 1. This, the next or the one after",
    fallback: 'none',
  },
  {
    name: 'RINGWALL_GATEWAY_PHONES_DNS',
    meaning: "name:port whose addresses are the phones' REST APIs, resolved again every 10 s",
    fallback: 'none',
  },
  {
    name: 'RINGWALL_GATEWAY_SUPERVISED',
    meaning: 'true: the process that started the gateway, with an IPC channel, says where the phones are',
    fallback: 'false',
  },
  {
    name: 'RINGWALL_GATEWAY_HOSTS',
    meaning:
      'comma-separated hosts under which the gateway may be called, beside localhost and where it listens; * for any',
    fallback: 'none',
  },
  {
    name: 'RINGWALL_GATEWAY_PROXIES',
    meaning:
      'comma-separated IP addresses, or ranges such as 10.0.0.0/8, of reverse proxies before the gateway: who comes through ' +
      'one is the caller that it names last in X-Forwarded-For, with a rate limit of their own',
    fallback: 'none',
  },
  {
    name: 'RINGWALL_GATEWAY_CONSOLE',
    meaning: 'folder of the built console (`npm run web` makes one), to be served at /console/',
    fallback: 'none',
  },
  {
    name: 'RINGWALL_GATEWAY_SCENARIOS',
    meaning: 'folder of the scenario files that the churn lab plays',
    fallback: 'those that are shipped',
  },
  {
    name: 'RINGWALL_ADMIN_TOKEN',
    meaning: 'let those who show this token use the churn lab; the same as that of the phones',
    fallback: 'off',
  },
  {
    name: 'RINGWALL_GATEWAY_LAB',
    meaning: 'host:port of the lab of phones in containers (docker-compose.lab.yml), which is shown the admin token',
    fallback: 'none',
  },
  ...PROCESS_VARIABLES,
];

/** Throws a ConfigurationError that lists all faults. */
export function readGatewaySettings(values: EnvironmentValues): GatewaySettings {
  const environment = new EnvironmentReader(values);
  const settings = {
    listen: environment.hostPort('RINGWALL_GATEWAY_LISTEN', '127.0.0.1:8100'),
    source: readSource(environment),
    hosts: environment.hosts('RINGWALL_GATEWAY_HOSTS'),
    proxies: environment.addressRanges('RINGWALL_GATEWAY_PROXIES'),
    adminToken: environment.secret('RINGWALL_ADMIN_TOKEN'),
    containerLab: readContainerLab(environment),
    consoleFolder: readPagesFolder(environment, 'RINGWALL_GATEWAY_CONSOLE'),
    scenarioFolder: environment.optional('RINGWALL_GATEWAY_SCENARIOS'),
    ...readProcessSettings(environment),
  };
  environment.check();
  return settings;
}

function readContainerLab(environment: EnvironmentReader): HostPort | undefined {
  const lab = environment.optionalHostPort('RINGWALL_GATEWAY_LAB');
  if (lab?.port === 0) environment.fault('RINGWALL_GATEWAY_LAB must give a port other than 0');
  if (lab !== undefined && environment.optional('RINGWALL_ADMIN_TOKEN') === undefined) {
    environment.fault('RINGWALL_ADMIN_TOKEN must be set where RINGWALL_GATEWAY_LAB is');
  }
  return lab;
}

function readSource(environment: EnvironmentReader): PhoneSource {
  const apis = environment.hostPorts('RINGWALL_GATEWAY_PHONES', MAX_PHONES);
  const name = environment.optionalHostPort('RINGWALL_GATEWAY_PHONES_DNS');
  const supervised = environment.boolean('RINGWALL_GATEWAY_SUPERVISED', false);
  const named = ['RINGWALL_GATEWAY_PHONES', 'RINGWALL_GATEWAY_PHONES_DNS'].filter(
    (variable) => environment.optional(variable) !== undefined,
  );
  if (named.length + Number(supervised) !== 1) {
    environment.fault(
      'exactly one of RINGWALL_GATEWAY_PHONES, RINGWALL_GATEWAY_PHONES_DNS and RINGWALL_GATEWAY_SUPERVISED=true must say ' +
        'where the phones are',
    );
  }
  if (name?.port === 0) environment.fault('RINGWALL_GATEWAY_PHONES_DNS must give a port other than 0');
  if (new Set(apis).size < apis.length) environment.fault('RINGWALL_GATEWAY_PHONES must name no address twice');
  if (supervised) return { kind: 'supervisor' };
  return name === undefined ? { kind: 'list', apis } : { kind: 'dns', name };
}
