import { useEffect, useState } from "react";
import { type Device, type DeviceKind, ofKind, watchDevices } from "../model/devices";

export type DeviceLists = Record<DeviceKind, readonly Device[]>;

export const listsOf = (all: readonly MediaDeviceInfo[]): DeviceLists => ({
  audioinput: ofKind(all, "audioinput"),
  audiooutput: ofKind(all, "audiooutput"),
  videoinput: ofKind(all, "videoinput"),
});

/** What is plugged in, while somebody looks. Changes of `again` ask anew: names appear only after permission. */
export function useDeviceLists(again?: unknown): DeviceLists {
  const [lists, setLists] = useState<DeviceLists>({ audioinput: [], audiooutput: [], videoinput: [] });
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => watchDevices((all) => setLists(listsOf(all))), [again]);
  return lists;
}
