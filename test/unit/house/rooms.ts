/** Who may import whom: the table of docs/architecture.md as a function. */

const SERVICE_FILE = /^services\/([^/]+)\/(.*)$/;

/** Why a file must not import something; undefined when it may. Both are paths below the root or module names. */
export function importFault(file: string, imported: string): string | undefined {
  const room = roomOf(file);
  if (imported.startsWith('test/')) return room === 'test' ? undefined : 'nothing imports test/';
  const isOwnFile = /^(services|proto|testnet|containers|docs|grafana|test|web)\//.test(imported);
  const allowed = isOwnFile ? mayImportFile(file, imported) : mayImportModules(file);
  return allowed ? undefined : `${room} may not import ${imported}`;
}

/** Whether the file is part of a pure core. */
export function isPure(file: string): boolean {
  return /^services\/[^/]+\/core\//.test(file);
}

function roomOf(file: string): string {
  const match = SERVICE_FILE.exec(file);
  if (match === null) return file.split('/')[0]!;
  if (isPure(file)) return `services/${match[1]}/core`;
  if (file.startsWith('services/shared/scenario/')) return 'services/shared/scenario';
  return match[1] === 'shared' ? 'services/shared/runtime' : `services/${match[1]}`;
}

function mayImportModules(file: string): boolean {
  return !isPure(file);
}

function mayImportFile(file: string, imported: string): boolean {
  const room = roomOf(file);
  const isShared = imported.startsWith('services/shared/');
  const isSharedCore = imported.startsWith('services/shared/core/');
  const isGenerated = imported.startsWith('proto/gen/');
  if (room === 'test' || room === 'docs') return true;
  if (room === 'proto' || room === 'grafana') return imported.startsWith(`${room}/`);
  if (room === 'web') return imported.startsWith('web/') || isSharedCore || isPublicClient(imported);
  if (room === 'testnet') return imported.startsWith('testnet/') || isShared || isPublicClient(imported);
  if (room === 'containers') {
    return /^(containers|testnet)\//.test(imported) || isShared || isPublicClient(imported);
  }
  if (isPure(file)) return isSharedCore || imported.startsWith(`${room}/`);
  if (room === 'services/shared/scenario') return isSharedCore || imported.startsWith(`${room}/`);
  if (room === 'services/shared/runtime') return isShared || isGenerated;
  if (room === 'services/phone-node' && /^services\/[^/]+\/start\.ts$/.test(imported)) return true;
  return isShared || isGenerated || imported.startsWith(`${room}/`);
}

/** What a service offers to programs that talk to it from outside. */
function isPublicClient(imported: string): boolean {
  return /^services\/[^/]+\/client\//.test(imported);
}
