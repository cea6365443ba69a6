// Must run before the tests are loaded: they describe themselves for the environments that are set by then.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { registerOnnxRuntimeBackend } from '../../src/register.js';
import { backendName } from './arguments.mjs';

const jasmine = jasmineRequire.core(jasmineRequire);
const environment = jasmine.getEnv({ suppressLoadErrors: true });
Object.assign(globalThis, jasmineRequire.interface(jasmine, environment));
environment.configure({ random: false });

if (backendName === 'onnxruntime') registerOnnxRuntimeBackend({ threads: 1 });
// one name for every backend, because it becomes part of each test's name
setTestEnvs([{ name: 'backend', backendName, isDataSync: true }]);
