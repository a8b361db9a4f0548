// The clients of JavaScript's world on the sample LongLived: ws, eventsource and @microsoft/signalr. Writes a line for each thing
// that they see, and ends with its input. A WebSocket does not come back by itself, so it is opened anew; the others do.
'use strict';
const { WebSocket } = require('ws');
const { EventSource } = require('eventsource');
const { HubConnectionBuilder, LogLevel } = require('@microsoft/signalr');

const address = process.argv[2];
const say = (...words) => console.log(words.join(' '));

function openWebSocket() {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`);
  socket.on('open', () => socket.send('hello'));
  socket.on('message', data => say('ws', data));
  socket.on('error', e => say('ws failed', e.message));
  socket.on('close', (code, reason) => {
    say('ws closed', code, reason);
    openWebSocket();
  });
}

function openEvents() {
  let pid;
  const events = new EventSource(`${address}/events`);
  events.onmessage = e => {
    const now = e.data.split(' ')[0];
    if (now !== pid) {
      pid = now;
      say('events', pid);
    }
  };

  // Without a message: the stream has ended, and it comes back.
  events.onerror = e => say('events gone', e.message ?? 'politely');
}

async function openHub() {
  const hub = new HubConnectionBuilder()
    .withUrl(`${address}/hub`)
    .withAutomaticReconnect([0, 100, 500, 2000, 5000])
    .configureLogging(LogLevel.None)
    .build();

  // A call that crosses the close of its connection is answered by nobody: it is made again when the hub is back.
  const echo = () => hub.invoke('Echo', 'hello').then(answer => say('hub', answer), () => {});
  hub.onreconnecting(e => say('hub gone', e?.message ?? 'politely'));
  hub.onreconnected(echo);
  hub.onclose(e => say('hub failed', e?.message));
  await hub.start();
  await echo();
}

openWebSocket();
openEvents();
openHub();
process.stdin.on('end', () => process.exit(0)).resume();
