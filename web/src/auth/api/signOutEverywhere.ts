import { api, call } from "@/lib/api/client";

export const signOutEverywhere = () => call(api.DELETE("/api/session/everywhere"));
