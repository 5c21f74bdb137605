import type { LifeMail } from './life-mail.js';
import type { PlannedOptions, ServerAct, Which } from './life-plan.js';
import { BEAT, BEAT_ANSWER, LOGIN } from './planned-options.js';
import type { ScriptedConnection } from './scripted-connection.js';
import type { ScriptedNetwork } from './scripted-network.js';
import type { SessionRecords } from './session-records.js';
import type { ToldLog, ToldMessage } from './told-log.js';

/** What a server owes an answer to, on one connection; and what came before that was open for users. */
interface ConnectionRecord {
  isLoginDue: boolean;
  beatsDue: number;
  readonly early: ToldMessage[];
}

/** What went over the wire, for the stats. */
export interface WireCounts {
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
  rejected: number;
}

const FIRST_MESSAGE = 1_000_000;

/** The servers of a life: what they do, what they got, and what the subscribers are to be told of it. */
export class LifeServers {
  readonly counts: WireCounts = {
    messagesSent: 0,
    bytesSent: 0,
    messagesReceived: 0,
    bytesReceived: 0,
    rejected: 0,
  };

  readonly #network: ScriptedNetwork;
  readonly #sessions: SessionRecords;
  readonly #log: ToldLog;
  readonly #mail: LifeMail;
  readonly #options: PlannedOptions;
  readonly #complain: (problem: string) => void;
  readonly #records = new Map<ScriptedConnection, ConnectionRecord>();
  #messages = 0;

  constructor(
    network: ScriptedNetwork,
    sessions: SessionRecords,
    log: ToldLog,
    mail: LifeMail,
    options: PlannedOptions,
    complain: (problem: string) => void,
  ) {
    this.#network = network;
    this.#sessions = sessions;
    this.#log = log;
    this.#mail = mail;
    this.#options = options;
    this.#complain = complain;
    network.connecting = (connection) => {
      this.#connecting(connection);
    };
    network.dialling = () => {
      if (sessions.current?.closing === 'last') complain('it dials after the last close');
    };
    network.hearsClose = (connection) => {
      const session = sessions.of(connection);
      const isAsked =
        session?.stage !== 'Live' || session.isFaulted || session.closing !== 'unasked';
      if (!isAsked && !connection.isMuted) complain('it closes without being asked to');
    };
    network.heard = (connection, text) => {
      this.#heard(connection, text);
    };
  }

  act(act: ServerAct): void {
    const { pendingDial, connections } = this.#network;
    switch (act._tag) {
      case 'Accept': {
        const waiting = connections.find(({ isOver, isUpgraded }) => !isOver && !isUpgraded);
        if (waiting !== undefined) waiting.accept();
        else pendingDial?.connect({ _tag: 'Accepted' });
        break;
      }
      case 'Connect':
        pendingDial?.connect({ _tag: 'Held' });
        break;
      case 'Refuse': {
        const { status, retryAfter } = act;
        const asked = retryAfter === undefined ? {} : { retryAfter };
        pendingDial?.connect({ _tag: 'Refused', status, ...asked });
        break;
      }
      case 'DialFails':
        pendingDial?.fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
        break;
      case 'Reset':
        this.#peer(act.on)?.reset();
        break;
      case 'GoSilent':
        this.#peer(act.on)?.goSilent();
        break;
      case 'Say':
        for (let each = 0; each < act.count; each += 1) {
          this.#messages += 1;
          this.#say(act.on, { text: String(FIRST_MESSAGE + this.#messages), isBad: false });
        }
        break;
      case 'SayBad':
        this.#say(act.on, { text: '{', isBad: true });
        break;
      case 'Answer':
        this.#answer(act.on, act.login);
        break;
      case 'AnswerClose':
        this.#peer(act.on)?.answerClose();
        break;
      case 'Close':
        this.#peer(act.on)?.sendClose(act.code, '', act.delay);
        break;
    }
  }

  #peer(which: Which): ScriptedConnection | undefined {
    const all = this.#network.connections.filter(({ isOver, isUpgraded }) => isUpgraded && !isOver);
    return which === 'newest' ? all.at(-1) : all[0];
  }

  #say(which: Which, message: ToldMessage): void {
    const peer = this.#peer(which);
    peer?.say(message.text, (tell) => {
      this.#arrives(peer, message, tell);
    });
  }

  #answer(which: Which, login: 'welcome' | 'denied'): void {
    const peer = this.#peer(which);
    if (peer === undefined) return;
    const record = this.#recordOf(peer);
    if (record.isLoginDue) {
      record.isLoginDue = false;
      // Not among what is told: it is what onOpen asks for.
      const text = JSON.stringify(login);
      peer.say(text, (tell) => {
        if (this.#isHeard(peer)) this.#count(text);
        tell();
      });
    } else if (record.beatsDue > 0) {
      record.beatsDue -= 1;
      this.#say(which, { text: JSON.stringify(BEAT_ANSWER), isBad: false });
    } else {
      peer.answerPings();
    }
  }

  /** A message comes to the client; `tell` hands it to the socket. */
  #arrives(connection: ScriptedConnection, message: ToldMessage, tell: () => void): void {
    if (!this.#isHeard(connection)) {
      tell();
      return;
    }
    this.#count(message.text);
    if (message.isBad) this.counts.rejected += 1;
    const isAnswer =
      this.#options.heartbeat === 'answer' && message.text === JSON.stringify(BEAT_ANSWER);
    if (message.isBad || (connection.isReady && !isAnswer)) {
      this.#log.tell([message], tell);
      return;
    }
    // What comes on a connection that we close before it was open is nobody's.
    const isEarly = !connection.isReady && !connection.isClosing;
    if (isEarly) this.#recordOf(connection).early.push(message);
    tell();
  }

  /** Whether the stream that a connection is for still tells what comes. */
  #isHeard(connection: ScriptedConnection): boolean {
    const session = this.#sessions.of(connection);
    return session?.stage === 'Live' && !session.isFaulted;
  }

  #count(text: string): void {
    this.counts.messagesReceived += 1;
    this.counts.bytesReceived += text.length;
  }

  #connecting(connection: ScriptedConnection): void {
    this.#sessions.current?.connections.push(connection);
    const { early } = this.#recordOf(connection);
    connection.readied = () => {
      this.#log.begin(early.splice(0));
      // Told by then: nothing is waited for in between.
      queueMicrotask(() => {
        this.#log.end();
      });
    };
  }

  #heard(connection: ScriptedConnection, text: string): void {
    this.counts.messagesSent += 1;
    this.counts.bytesSent += text.length;
    const record = this.#recordOf(connection);
    if (text === JSON.stringify(LOGIN)) {
      record.isLoginDue = true;
    } else if (text === JSON.stringify(BEAT)) {
      record.beatsDue += 1;
    } else {
      this.#mail.arrives(connection, text);
      if (!connection.isReady) this.#complain('a message is sent before the connection is open');
    }
  }

  #recordOf(connection: ScriptedConnection): ConnectionRecord {
    const known = this.#records.get(connection);
    if (known !== undefined) return known;
    const record = { isLoginDue: false, beatsDue: 0, early: [] };
    this.#records.set(connection, record);
    return record;
  }
}
