/** Starts a phone's chord router: its peer API, its place on the ring and its records. */
import { join } from 'node:path';
import type { Registry } from '../shared/runtime/metrics/metrics.ts';
import type { HostPort } from '../shared/runtime/network/host-port.ts';
import { parseHostPort } from '../shared/runtime/network/host-port.ts';
import { isPortTaken } from '../shared/runtime/network/listen-error.ts';
import { makeDataFolder } from '../shared/runtime/program/data-folder.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { recordCrypto } from '../shared/runtime/record-crypto.ts';
import { chooseNonce } from './adapters/identity/first-position.ts';
import { loadIdentity, readIdentity, type SavedIdentity } from './adapters/identity/identity-file.ts';
import { generateNodeKey } from './adapters/identity/node-identity.ts';
import { ownAddress } from './adapters/identity/own-address.ts';
import { readRememberedPhones } from './adapters/identity/remembered-phones.ts';
import { GRPC_CARRIER, type LinkCarrier, type LinkListener } from './adapters/links/link-carrier.ts';
import type { LinkStream } from './adapters/links/link-stream.ts';
import { createPeerTls } from './adapters/links/peer-tls.ts';
import { DiskFaults } from './adapters/store/disk-faults.ts';
import { SqliteStore } from './adapters/store/sqlite-store.ts';
import type { ChordRouterSettings } from './environment.ts';
import { ChordRouter, type RunningChordRouter } from './router.ts';

export { CHORD_ROUTER_VARIABLES, type ChordRouterSettings, readChordRouterSettings } from './environment.ts';
export type { RunningChordRouter } from './router.ts';

export interface ChordRouterOptions {
  readonly settings: ChordRouterSettings;
  readonly logger: Logger;
  readonly registry: Registry;
  /** What the embedders of the network have in common: phones with other parameters are refused. Default: none. */
  readonly parameters?: string;
  /** What carries the links to other phones. Default: gRPC over TCP. */
  readonly carrier?: LinkCarrier;
}

/** Beside the links, connections that are being opened, replaced or closed. */
const MAX_CONNECTIONS = 512;

/** Listens and begins to join when it resolves. Throws a ConfigurationError when the settings cannot work. */
export async function startChordRouter(options: ChordRouterOptions): Promise<RunningChordRouter> {
  const { settings, registry, carrier = GRPC_CARRIER } = options;
  const { dataFolder, seeds } = settings;
  const logger = options.logger.child({ service: 'chord-router' });
  const crashed = (error: unknown, label: string): void => logger.error({ err: error, label }, 'a task crashed');
  await makeDataFolder(dataFolder);
  await using starting = new AsyncDisposableStack();
  const diskFaults = new DiskFaults(logger);
  // First of all: the database is locked while it is open, which keeps a second process from the whole folder.
  const store = new SqliteStore({
    path: join(dataFolder, 'records.sqlite'),
    crypto: recordCrypto,
    onFault: (error) => diskFaults.report(error),
  });
  starting.defer(() => store.close());
  const saved = await readIdentity(dataFolder);
  const key = saved?.key ?? generateNodeKey();
  const tls = settings.peerTls ? createPeerTls(key) : undefined;
  const { connectionsPerIp: maxConnectionsPerIp } = settings;
  const carried = { maxConnections: MAX_CONNECTIONS, maxConnectionsPerIp, tls, crashed };
  const server = carrier.listener(carried);
  starting.defer(() => server.stop(0));
  const address = await ownAddress(settings.advertise, await listen(server, settings.peerListen, saved));
  const { verifyAddress, peerTls: pinsKeys } = settings;
  const handshake = { network: networkOf(settings), parameters: options.parameters, verifyAddress, pinsKeys };
  const dial = (to: string): LinkStream => carrier.dial(to, carried);
  const { identity, renewed, former } = await loadIdentity(dataFolder, address, Date.now(), {
    key,
    chooseNonce: async () =>
      settings.balanceId ? await chooseNonce(key, address, { handshake, seeds, dial, crashed }) : 0,
  });
  logger.info(
    { phone: identity.contact, renewed, network: settings.network, parameters: options.parameters },
    'this phone',
  );
  const router = new ChordRouter({
    ...{ settings, logger, registry, server, store, diskFaults, crashed },
    dial,
    handshake: { ...handshake, identity },
  });
  router.run(await readRememberedPhones(dataFolder), former);
  starting.move();
  return router;
}

/** Where port 0 is asked for, a phone that comes back takes its old port, and so its id, if it still can. */
async function listen(server: LinkListener, wanted: HostPort, saved: SavedIdentity | undefined): Promise<HostPort> {
  const port = saved === undefined ? undefined : parseHostPort(saved.address)?.port;
  if (wanted.port === 0 && port !== undefined) {
    try {
      return await server.listen({ host: wanted.host, port });
    } catch (error) {
      if (!isPortTaken(error)) throw error;
    }
  }
  return await server.listen(wanted);
}

/** Phones that keep another number of replicas would disagree on who is responsible: theirs is another network. */
function networkOf({ network, chord }: ChordRouterSettings): string {
  return `${network}/r=${chord.replication}`;
}
