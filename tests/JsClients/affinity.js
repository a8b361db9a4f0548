// @microsoft/signalr on the sample LongLived by the transports whose requests come and go: server-sent events with its posts, and
// long polling. Each calls the hub all the time. Writes who answered, what failed, and each answer with 404. Ends with its input.
'use strict';
const { DefaultHttpClient, HubConnectionBuilder, HttpTransportType, LogLevel, NullLogger } = require('@microsoft/signalr');

const address = process.argv[2];
const say = (...words) => console.log(words.join(' '));
let ending = false;

class WatchedClient extends DefaultHttpClient {
  constructor(name) {
    super(NullLogger.instance);
    this.name = name;
    this.ends = 0;
  }

  // What has crossed the hub's own close is none of ours: the close arrives in a moment, and nobody has acknowledged it.
  report(ends, ...words) {
    const wait = rounds => setTimeout(() => {
      if (rounds > 0) {
        wait(rounds - 1);
      } else if (this.ends === ends) {
        say(this.name, ...words);
      }
    }, 200);
    wait(2);
  }

  async send(request) {
    const { ends } = this;
    try {
      return await super.send(request);
    } catch (e) {
      if (e.statusCode) {
        this.report(ends, 'status', e.statusCode, request.method, request.url);
      }

      throw e;
    }
  }
}

async function open(name, transport) {
  const httpClient = new WatchedClient(name);
  const hub = new HubConnectionBuilder()
    .withUrl(`${address}/hub`, { transport, httpClient })
    .withAutomaticReconnect([0, 100, 500, 2000, 5000])
    .configureLogging(LogLevel.None)
    .build();
  hub.onreconnecting(e => {
    httpClient.ends++;
    say(name, 'gone', e?.message ?? 'politely');
  });
  hub.onclose(e => say(name, 'failed', e?.message));
  await hub.start();
  for (let n = 0; !ending; n++) {
    const { ends } = httpClient;
    if (hub.state === 'Connected') {
      try {
        say(name, 'answer', await hub.invoke('Echo', `${n}`));
      } catch (e) {
        httpClient.report(ends, 'call failed', e.message);
      }
    }

    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

open('sse', HttpTransportType.ServerSentEvents);
open('polls', HttpTransportType.LongPolling);
process.stdin.on('end', () => {
  ending = true;
  process.exit(0);
}).resume();
