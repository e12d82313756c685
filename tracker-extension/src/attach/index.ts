// The attachment's door.
export { attachTracker, type Attached, type AttachOptions } from './attach.ts'
export type { AnnounceAsk, AnnounceVerdict, SwarmSnapshot } from './ask.ts'
export { TrackerDoorError } from './doors.ts'
