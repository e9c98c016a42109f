import { api, call } from "@/lib/api/client";

export const signOut = () => call(api.DELETE("/api/session"));
