import {
  add,
  div,
  gather,
  maximum,
  reshape,
  scalar,
  serialization,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

type Shape = (number | null)[];

/** Points of `ibug-68` that expressions move: brows, eyes, nose, lips. */
const POINTS = [17, 19, 21, 22, 24, 26, 36, 37, 39, 41, 42, 44, 45, 46, 30, 31, 35, 48, 51, 54, 57, 62, 66] as const;

/** The outer corners of the eyes, whose distance is the unit. */
const EYE_CORNERS = [36, 45] as const;

const PAIRS = POINTS.flatMap((first, index) => POINTS.slice(index + 1).map((second) => [first, second] as const));

/** The square root's slope at 0 would be infinite. */
const FLOOR = 1e-12;

/**
 * Distances between landmarks: from `ibug-68` coordinates `[batch, 136]` (x before y, any unit) to `[batch, 253]`, each pair of 23 points of brows, eyes, nose and
 * lips, as a share of the distance between the outer corners of the eyes. Shifts, rotations and scale of the face make no difference.
 */
export class LandmarkDistances extends layers.Layer {
  static readonly className = 'LandmarkDistances';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [(inputShape as Shape)[0], PAIRS.length];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const coordinates = Array.isArray(inputs) ? inputs[0] : inputs;
      const batch = coordinates.shape[0];
      const points = reshape(coordinates, [batch, coordinates.size / batch / 2, 2]);
      const all = [EYE_CORNERS, ...PAIRS];
      const ends = [0, 1].map((end) =>
        gather(
          points,
          tensor1d(
            all.map((pair) => pair[end]),
            'int32',
          ),
          1,
        ),
      );
      const distances = sqrt(add(sum(square(sub(ends[0], ends[1])), 2), scalar(FLOOR)));
      const unit = slice(distances, [0, 0], [batch, 1]);
      return div(slice(distances, [0, 1], [batch, PAIRS.length]), maximum(unit, scalar(FLOOR)));
    });
  }
}
serialization.registerClass(LandmarkDistances);
