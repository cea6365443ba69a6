import type { BundleFiles, Reading, Reply, Request } from './protocol.js';
import workerUrl from './reading-worker.js?worker&url';

/** Reads faces in a worker of its own. */
export class ReadingClient {
  readonly #worker: Worker;

  /**
   * @param wasm ONNX Runtime's WebAssembly; it is handed over. @param faces the files of the face detectors.
   * @param opencv the source of OpenCV.js, for bundles with Haar cascades.
   */
  static async start(parts: Omit<Extract<Request, { type: 'start' }>, 'type'>): Promise<ReadingClient> {
    const client = new ReadingClient();
    await client.#ask({ type: 'start', ...parts }, [parts.wasm]);
    return client;
  }

  private constructor() {
    // A worker made of a blob has the page's own Content-Security-Policy; one made of a file would have none.
    const text = `import ${JSON.stringify(new URL(workerUrl, document.baseURI).href)};`;
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    this.#worker = new Worker(url, { type: 'module' });
  }

  /** Changes the bundle that reads. @throws Error when it is none; the one before stays. */
  async open(bundle: BundleFiles): Promise<void> {
    await this.#ask({ type: 'open', bundle });
  }

  async readPicture(bitmap: ImageBitmap): Promise<Reading> {
    return (await this.#ask({ type: 'picture', bitmap }, [bitmap])) as Reading;
  }

  /** @param time of the frame in seconds, after that of the frame before. */
  async readFrame(bitmap: ImageBitmap, time: number): Promise<Reading> {
    return (await this.#ask({ type: 'frame', bitmap, time }, [bitmap])) as Reading;
  }

  /** Forgets the faces of the video before. */
  async restart(): Promise<void> {
    await this.#ask({ type: 'restart' });
  }

  #ask(request: Request, transfer: Transferable[] = []): Promise<Reading | undefined> {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve, reject) => {
      const failed = ({ message }: ErrorEvent) => reject(new Error(message || 'the worker could not be started'));
      this.#worker.addEventListener('error', failed, { once: true });
      port1.onmessage = ({ data }: MessageEvent<Reply>) => {
        this.#worker.removeEventListener('error', failed);
        port1.close();
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.result);
      };
      this.#worker.postMessage(request, [...transfer, port2]);
    });
  }
}
