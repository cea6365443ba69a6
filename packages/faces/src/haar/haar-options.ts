import { z } from 'zod';

/** The cascades that come with the package (Viola & Jones 2001, Lienhart & Maydt 2002), trained by the OpenCV project. */
export const HAAR_CASCADES = ['frontalface-default', 'frontalface-alt', 'frontalface-alt2', 'profileface'] as const;
export type HaarCascade = (typeof HAAR_CASCADES)[number];

/** One run of one cascade over the picture. */
export const haarPassSchema = z.strictObject({
  cascade: z.enum(HAAR_CASCADES).default('frontalface-alt2'),
  /** Step between the sizes searched; nearer to 1 finds more and takes longer. */
  scaleFactor: z.number().min(1.01).max(2).default(1.1),
  /** Hits that must overlap to count as a face; lower finds more, right and wrong. */
  minNeighbours: z.number().int().min(0).max(100).default(4),
  /** Least margin by which the cascade's last stage is passed; higher drops doubtful faces. The scale is the cascade's own. */
  minScore: z.number().default(0),
  /** Least and largest side of a face, in shares of the picture's shorter side (without the border). */
  minSize: z.number().min(0).max(1).default(0.08),
  maxSize: z.number().min(0).max(2).default(2),
  /** Pixels of replicated border put round the picture: cascades need some background, which tight crops lack. */
  padding: z.number().int().min(0).max(1000).default(0),
  /** Equalise the histogram first: helps in poor light. */
  equalise: z.boolean().default(false),
  /** `nothing-found`: only when no pass before it found a face. */
  when: z.enum(['always', 'nothing-found']).default('always'),
});

export type HaarPass = z.output<typeof haarPassSchema>;

/**
 * The default recipe. The first pass hardly ever errs; the second finds faces it misses (sunglasses, say), and is let pass only what
 * is well over its threshold; the others are for pictures that are one tight face, on which cascades fail without a border. Chosen on
 * photographs with and without faces, KDEF, SFEW Train and JAFFE; `haar-detector.real.test.ts` measures it.
 */
const DEFAULT_RECIPE: z.input<typeof haarPassSchema>[] = [
  { cascade: 'frontalface-alt2', scaleFactor: 1.1, minNeighbours: 4 },
  { cascade: 'frontalface-default', scaleFactor: 1.05, minNeighbours: 6, minScore: 8 },
  {
    cascade: 'frontalface-alt2',
    scaleFactor: 1.05,
    minNeighbours: 3,
    minScore: 1,
    minSize: 0.3,
    padding: 60,
    when: 'nothing-found',
  },
  {
    cascade: 'frontalface-alt',
    scaleFactor: 1.05,
    minNeighbours: 3,
    minScore: 1,
    minSize: 0.3,
    padding: 60,
    equalise: true,
    when: 'nothing-found',
  },
];

/** Typed options of {@link createHaarDetector}, as a pipeline's `crop-face` step carries them. */
export const haarOptionsSchema = z.strictObject({
  type: z.literal('haar').optional(),
  /** The recipe, surest pass first. */
  passes: z.array(haarPassSchema).min(1).prefault(DEFAULT_RECIPE),
  /** Pictures whose longer side is above this many pixels are searched at this size. */
  searchSize: z.number().int().min(64).max(8192).default(1024),
  /** Two boxes that overlap more than this (intersection over union) are one face. */
  overlap: z.number().min(0).max(1).default(0.3),
});

export type HaarOptions = z.output<typeof haarOptionsSchema>;
export type HaarOptionsInput = z.input<typeof haarOptionsSchema>;
