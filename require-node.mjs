/**
 * Loaded before every entry point (`node --import ./require-node.mjs …`): an old Node cannot even parse what follows,
 * so it is told here, in one line, what to do. Plain JavaScript for the same reason.
 */
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 22)) {
  console.error(
    `Ringwall needs Node 22.22 or newer; this is ${process.version}. Run it through npm (\`npm start\`), ` +
      'which brings its own Node on Linux, or install Node 24.',
  );
  process.exit(1);
}
