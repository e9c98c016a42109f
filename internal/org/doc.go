// Package org knows the office: the municipality, its buildings (庁舎) with their networks and lines, its
// departments, and the people who work there.
//
// It must not know accounts, meetings, HTTP or SQL, and decides nothing about rights: who someone is,
// not what someone may do.
package org
