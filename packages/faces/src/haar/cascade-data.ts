/** A weighted rectangle of a feature, in pixels of the cascade's window. */
export interface CascadeRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly weight: number;
}

export interface CascadeNode {
  readonly rectangles: readonly CascadeRectangle[];
  readonly threshold: number;
}

/** One node, or two of which the second hangs on the first's left or right. */
export interface CascadeTree {
  readonly kind: 'stump' | 'node-on-left' | 'node-on-right';
  readonly nodes: readonly CascadeNode[];
  /** Of a stump: left, right. Else: the first node's own leaf, the second's left and right. */
  readonly leaves: readonly number[];
}

export interface CascadeStage {
  /** What the sum over the trees must reach. */
  readonly threshold: number;
  readonly trees: readonly CascadeTree[];
}

/** A Haar cascade as OpenCV's file holds it. */
export interface CascadeData {
  /** Width and height of the window, in pixels. */
  readonly window: { readonly width: number; readonly height: number };
  readonly stages: readonly CascadeStage[];
}

const numbers = (text: string) => text.trim().split(/\s+/).map(Number);
const blocks = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map(([, inner]) => inner);

/**
 * Reads a cascade of OpenCV's format (`opencv-cascade-classifier`).
 * @returns undefined where it is not one of upright features and trees of one or two nodes, as all of this package's are.
 */
export function parseCascade(xml: string): CascadeData | undefined {
  const width = Number(/<width>(\d+)</.exec(xml)?.[1]);
  const height = Number(/<height>(\d+)</.exec(xml)?.[1]);
  if (!/<featureType>HAAR</.test(xml) || /<tilted>\s*1/.test(xml)) return undefined;
  const features = blocks(xml, 'rects').map((text) =>
    blocks(text, '_').map((values): CascadeRectangle => {
      const [x, y, rectangleWidth, rectangleHeight, weight] = numbers(values);
      return { x, y, width: rectangleWidth, height: rectangleHeight, weight };
    }),
  );
  const thresholds = blocks(xml, 'stageThreshold').map(Number);
  const stages = blocks(xml, 'weakClassifiers').map((text, at): CascadeStage => {
    const leaves = blocks(text, 'leafValues').map(numbers);
    const trees = blocks(text, 'internalNodes').map((nodes, tree) => readTree(numbers(nodes), leaves[tree], features));
    return { threshold: thresholds[at], trees: trees.filter((tree) => tree !== undefined) };
  });
  const whole = stages.every(
    ({ trees }, at) => trees.length === blocks(blocks(xml, 'weakClassifiers')[at], 'internalNodes').length,
  );
  if (!width || !height || stages.length === 0 || thresholds.length !== stages.length || !whole) return undefined;
  return { window: { width, height }, stages };
}

/** Four numbers a node: left, right (a node's number, or minus a leaf's), feature, threshold. */
function readTree(
  values: readonly number[],
  leaves: readonly number[],
  features: readonly CascadeRectangle[][],
): CascadeTree | undefined {
  const node = (at: number): CascadeNode => ({ rectangles: features[values[at + 2]], threshold: values[at + 3] });
  const shape = [0, 4]
    .filter((at) => at < values.length)
    .flatMap((at) => [values[at], values[at + 1]])
    .join(' ');
  if (values.length === 4 && shape === '0 -1') return { kind: 'stump', nodes: [node(0)], leaves };
  if (values.length !== 8) return undefined;
  const nodes = [node(0), node(4)];
  if (shape === '1 0 -1 -2') return { kind: 'node-on-left', nodes, leaves };
  if (shape === '0 1 -1 -2') return { kind: 'node-on-right', nodes, leaves };
  return undefined;
}
