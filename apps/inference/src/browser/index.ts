export { EmotionReader } from '../reading/face-reading.js';
export { FaceFollower, type FaceFollowerOptions, type FaceReader, type FollowedFace } from '../video/face-follower.js';
export * from './create-emotion-reader.js';
