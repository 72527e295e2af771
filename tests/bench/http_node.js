// SPDX-License-Identifier: MIT
// Node's http module: the same answer as the other servers give.
'use strict';
const http = require('http');

const at = process.argv.indexOf('--listen');
const [host, port] = process.argv[at + 1].split(':');
const fields = {
  'Server': 'node',
  'Content-Type': 'text/plain',
  'Content-Length': 13,
};
const server = http.createServer((request, response) => {
  response.writeHead(200, fields);
  response.end('Hello, World!');
});
server.keepAliveTimeout = 600000;
server.listen({host, port: Number(port), backlog: 511}, () => {
  const line = {
    event: 'listening',
    port: server.address().port,
    pid: process.pid,
  };
  console.log(JSON.stringify(line));
});
for (const name of ['SIGTERM', 'SIGINT'])
  process.on(name, () => process.exit(0));
