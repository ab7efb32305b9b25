/** Names of the schemas in the description of the API, which refers to each by its name instead of repeating it. */

import { API_KEY_VIEW, MADE_API_KEY, NEW_API_KEY } from '../wire/api-key.ts';
import { SESSION_VIEW, USER_VIEW, CAMERA_RIGHTS, NOTICES } from '../wire/account.ts';
import { AUDIT_ENTRY, AUDIT_SETTINGS } from '../wire/audit.ts';
import { UPLOADED_BACKUP, BACKUP_CONTENTS } from '../wire/backup.ts';
import {
  CAMERA_VIEW,
  CAMERA_WITH_KEY,
  CAMERA_DETAILS,
  CAMERA_ADVICE,
  CAMERA_ATTEMPTS,
  CAMERA_REFUSALS,
  PAIRING_CODE_VIEW,
  PAIRED_CAMERA,
} from '../wire/camera.ts';
import { OFF_VIEW, SWITCH_VIEW, SWITCH_CHANGE, OFF_HOURS_CHANGE } from '../wire/camera-switch.ts';
import { CONNECTION_FACTS, SERVER_ADDRESSES, LOCAL_AUTHORITY_VIEW } from '../wire/connection-check.ts';
import { EVENT_VIEW, SENSOR_EVENT, SENSOR_VIEW, SENSOR_WITH_TOKEN } from '../wire/event.ts';
import { FIRMWARE_IMAGE_VIEW, CAMERA_FIRMWARE_VIEW, UPDATE_VIEW } from '../wire/firmware.ts';
import { HEALTH } from '../wire/health.ts';
import { MOTION_VIEW } from '../wire/motion.ts';
import { NOTIFICATION_SETTINGS, NOTIFICATIONS_VIEW, PUSH_DEVICE } from '../wire/notification.ts';
import { PROBLEM } from '../wire/problem.ts';
import {
  RECORDING_SETTINGS,
  SCHEDULE_WINDOW,
  RECORDED_SEGMENT,
  RECORDING_GAP,
  TIMELINE,
  RECORDED_AMOUNT,
  CAMERA_LOSSES,
  CAMERA_RECORDING,
  RECORDING_STATUS,
  REMOVED_CAMERA,
  RETENTION,
  EXPIRED,
} from '../wire/recording.ts';
import { RECORDING_EXPORT } from '../wire/recording-export.ts';
import { ADJUSTABLE_SETTINGS } from '../wire/routes/cameras.ts';
import { SERVER_STATUS } from '../wire/server-status.ts';
import { SITE_CLOCK_VIEW, SITE_TIME_ZONE } from '../wire/site.ts';
import { WEBHOOK_SETTINGS, WEBHOOK_VIEW, WEBHOOK_WITH_SECRET, DELIVERY_VIEW } from '../wire/webhook.ts';

export const SCHEMA_NAMES = {
  ApiKey: API_KEY_VIEW,
  MadeApiKey: MADE_API_KEY,
  NewApiKey: NEW_API_KEY,
  AuditEntry: AUDIT_ENTRY,
  AuditSettings: AUDIT_SETTINGS,
  BackupContents: BACKUP_CONTENTS,
  Camera: CAMERA_VIEW,
  CameraAdvice: CAMERA_ADVICE,
  CameraDetails: CAMERA_DETAILS,
  CameraFirmware: CAMERA_FIRMWARE_VIEW,
  CameraLosses: CAMERA_LOSSES,
  CameraRecording: CAMERA_RECORDING,
  CameraRefusals: CAMERA_REFUSALS,
  CameraAttempts: CAMERA_ATTEMPTS,
  CameraRights: CAMERA_RIGHTS,
  CameraSettings: ADJUSTABLE_SETTINGS,
  CameraWithKey: CAMERA_WITH_KEY,
  ConnectionFacts: CONNECTION_FACTS,
  Delivery: DELIVERY_VIEW,
  Event: EVENT_VIEW,
  Expired: EXPIRED,
  FirmwareImage: FIRMWARE_IMAGE_VIEW,
  FirmwareUpdate: UPDATE_VIEW,
  Gap: RECORDING_GAP,
  Health: HEALTH,
  LocalAuthority: LOCAL_AUTHORITY_VIEW,
  MotionSettings: MOTION_VIEW,
  Notices: NOTICES,
  NotificationSettings: NOTIFICATION_SETTINGS,
  Notifications: NOTIFICATIONS_VIEW,
  Off: OFF_VIEW,
  OffHoursChange: OFF_HOURS_CHANGE,
  PairedCamera: PAIRED_CAMERA,
  PairingCode: PAIRING_CODE_VIEW,
  Problem: PROBLEM,
  PushDevice: PUSH_DEVICE,
  RecordedAmount: RECORDED_AMOUNT,
  RecordingExport: RECORDING_EXPORT,
  RecordingSettings: RECORDING_SETTINGS,
  RecordingStatus: RECORDING_STATUS,
  RemovedCamera: REMOVED_CAMERA,
  Retention: RETENTION,
  ScheduleWindow: SCHEDULE_WINDOW,
  Segment: RECORDED_SEGMENT,
  Sensor: SENSOR_VIEW,
  SensorEvent: SENSOR_EVENT,
  SensorWithToken: SENSOR_WITH_TOKEN,
  ServerAddresses: SERVER_ADDRESSES,
  ServerStatus: SERVER_STATUS,
  Session: SESSION_VIEW,
  SiteClock: SITE_CLOCK_VIEW,
  SiteTimeZone: SITE_TIME_ZONE,
  Switch: SWITCH_VIEW,
  SwitchChange: SWITCH_CHANGE,
  Timeline: TIMELINE,
  UploadedBackup: UPLOADED_BACKUP,
  User: USER_VIEW,
  Webhook: WEBHOOK_VIEW,
  WebhookSettings: WEBHOOK_SETTINGS,
  WebhookWithSecret: WEBHOOK_WITH_SECRET,
};
