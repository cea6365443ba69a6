import {
  concat1d,
  fill,
  reshape,
  slice1d,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';

/**
 * Several variables seen as one vector: what is done to all of them is a dozen operations, however many there are.
 * The vector is the variables' values one after the other, row-major.
 */
export class FlatVariables {
  readonly variables: readonly Variable[];
  readonly size: number;

  constructor(variables: readonly Variable[]) {
    this.variables = variables;
    this.size = variables.reduce((sum, { size }) => sum + size, 0);
  }

  /** The current values `[size]`. */
  read(): Tensor1D {
    return flatten(this.variables);
  }

  /** Gives every variable its part of `values` `[size]`. */
  write(values: Tensor1D): void {
    tidy(() => {
      let start = 0;
      for (const target of this.variables) {
        target.assign(reshape(slice1d(values, start, target.size), target.shape));
        start += target.size;
      }
    });
  }

  /** A vector `[size]` of one number a variable, repeated over its elements. */
  spread(numberOf: (variable: Variable, index: number) => number): Tensor1D {
    return tidy(() =>
      concat1d(this.variables.map((variable, index) => fill([variable.size], numberOf(variable, index)) as Tensor1D)),
    );
  }
}

/** Tensors of any shapes as one vector. */
export function flatten(tensors: readonly Tensor[]): Tensor1D {
  return tidy(() => concat1d(tensors.map((value) => reshape(value, [value.size]) as Tensor1D)));
}
