// Many WebSockets and SignalR clients on the sample LongLived: address, how many of each. At the end of its input it writes what
// they saw: close codes, how often they came back, and the largest number that came back within 100 ms.
'use strict';
const { WebSocket } = require('ws');
const { HubConnectionBuilder, LogLevel } = require('@microsoft/signalr');

const [address, sockets, hubs] = process.argv.slice(2);
const seen = { closes: {}, webSocketsBack: 0, webSocketsFailed: 0, hubsGone: {}, hubsBack: 0, hubsLost: 0 };
const back = [];
const count = (counts, key) => counts[key] = (counts[key] ?? 0) + 1;

function openWebSocket(again) {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`);
  socket.on('open', () => {
    if (again) {
      seen.webSocketsBack++;
      back.push(Date.now());
    }
  });
  socket.on('error', () => seen.webSocketsFailed++);
  socket.on('close', code => {
    count(seen.closes, code);
    openWebSocket(true);
  });
}

async function openHub() {
  const hub = new HubConnectionBuilder()
    .withUrl(`${address}/hub`)
    .withAutomaticReconnect()
    .configureLogging(LogLevel.None)
    .build();
  hub.onreconnecting(e => count(seen.hubsGone, e?.message ?? 'politely'));
  hub.onreconnected(() => {
    seen.hubsBack++;
    back.push(Date.now());
  });
  hub.onclose(() => seen.hubsLost++);
  await hub.start();
}

function mostWithin(milliseconds) {
  back.sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < back.length; last++) {
    while (back[last] - back[first] > milliseconds) {
      first++;
    }

    most = Math.max(most, last - first + 1);
  }

  return most;
}

(async () => {
  for (let i = 0; i < sockets; i++) {
    openWebSocket(false);
  }

  for (let i = 0; i < hubs; i++) {
    await openHub();
  }

  console.log('open');
})();
process.stdin.on('end', () => {
  console.log(JSON.stringify({ ...seen, mostBackWithin100Ms: mostWithin(100) }));
  process.exit(0);
}).resume();
