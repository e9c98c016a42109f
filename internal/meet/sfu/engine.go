package sfu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/pkg/agent"
	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/observability/roomobs"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/protocol/utils"
	"github.com/livekit/psrpc"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// Config is what an Engine stands on.
type Config struct {
	// Media are the addresses that carry media, one per LAN, all of the same port. UDP on this port is
	// bound on each of them and nowhere else.
	Media []netip.AddrPort
	Door  Door
	// Relayed reports whether a UDP source is one of our own relay's sockets.
	Relayed func(netip.AddrPort) bool
	// Changed is called, without waiting, when somebody connected or went.
	Changed func()
	Clock   core.Clock
	Log     *slog.Logger
}

// Door is asked before every connection; meet.Service satisfies it.
type Door interface {
	EnterRoom(ctx context.Context, t meet.Ticket, resume bool) error
}

// Engine carries the media of all meetings of this process. It implements meet.Media.
type Engine struct {
	conf   Config
	apiKey string // of the embedded server; known to nobody
	secret []byte // signs tickets; drawn at start, so a ticket never outlives the process
	rooms  *service.RoomManager
	store  *service.LocalStore
	router routing.Router
	info   *service.IOInfoService
	signal *service.SignalServer
	rtc    http.Handler
	stop   chan struct{}
	done   chan struct{}
}

// ErrPortInUse is what New answers when another program holds the media port.
var ErrPortInUse = core.Unavailable("media_port_in_use", "会議の音声と映像に使うUDPポートを、ほかのプログラムが使っています。そのプログラムを止めるか、--listen で別の番号を指定してください。")

// New starts the engine.
func New(c Config) (*Engine, error) {
	if len(c.Media) == 0 {
		return nil, errors.New("sfu: no media address")
	}
	key, secret := core.Secret(10), core.Secret(32)
	conf, err := engineConfig(c.Media, key, secret)
	if err != nil {
		return nil, fmt.Errorf("configure media engine: %w", err)
	}
	// The engine's own words go to our log, and only its warnings: it repeats every join at info.
	engineLog.follow(atLeast{slog.LevelWarn, newSparing(c.Log.Handler(), c.Clock)})

	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, fmt.Errorf("make media node: %w", err)
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, fmt.Errorf("start media metrics: %w", err)
	}
	e := &Engine{conf: c, apiKey: key, secret: []byte(core.Secret(32)), stop: make(chan struct{}), done: make(chan struct{})}
	if err := e.wire(conf, node, auth.NewFileBasedKeyProviderFromMap(conf.Keys)); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) || strings.Contains(err.Error(), "address already in use") {
			return nil, ErrPortInUse.Because("bind media port: %w", err)
		}
		return nil, err
	}
	if err := e.start(); err != nil {
		return nil, fmt.Errorf("start media engine: %w", err)
	}
	go e.closeIdleRooms()
	return e, nil
}

// engineConfig is everything we ask of the embedded server.
func engineConfig(media []netip.AddrPort, key, secret string) (*config.Config, error) {
	var includes []string
	loopback := false
	for _, a := range media {
		ip := a.Addr().Unmap()
		includes = append(includes, netip.PrefixFrom(ip, ip.BitLen()).String())
		loopback = loopback || ip.IsLoopback()
	}
	text := strings.NewReplacer(
		"$PORT", fmt.Sprint(media[0].Port()),
		"$NODE", fmt.Sprintf("%q", media[0].Addr().Unmap().String()),
		"$INCLUDES", `"`+strings.Join(includes, `", "`)+`"`,
		"$LOOPBACK", fmt.Sprint(loopback),
		"$UNUSED", core.Secret(32),
		"$KEY", key, "$SECRET", secret,
	).Replace(`
port: 1
bind_addresses: []
rtc:
  udp_port: $PORT
  tcp_port: 0
  node_ip: $NODE
  use_external_ip: false
  use_ice_lite: true
  allow_tcp_fallback: false
  enable_loopback_candidate: $LOOPBACK
  ips: {includes: [$INCLUDES]}
  # Only so that the engine does not append public STUN servers to what it tells browsers. Browsers get
  # their relay from our API; this one's secret is known to no relay.
  turn_servers: [{host: $NODE, port: $PORT, protocol: tls, secret: "$UNUSED", ttl: 60}]
room:
  auto_create: true
  empty_timeout: 60
  departure_timeout: 20
  enabled_codecs: [{mime: audio/opus}, {mime: audio/red}, {mime: video/VP8}, {mime: video/rtx}]
keys: {"$KEY": "$SECRET"}
`)
	conf, err := config.NewConfig(text, true, nil, nil)
	if err != nil {
		return nil, err
	}
	// With a node address that counts as given, the engine would rewrite every candidate to that one
	// address, and browsers on the other LANs would never find us. ICE-lite keeps the same switch from
	// turning on STUN.
	conf.RTC.NodeIPAutoGenerated = true
	return conf, conf.ValidateKeys()
}

func (e *Engine) wire(conf *config.Config, node routing.LocalNode, keys auth.KeyProvider) error {
	bus := psrpc.NewLocalMessageBus()
	params := rpc.NewClientParams(conf.PSRPC, bus, logger.GetLogger(), rpc.PSRPCMetricsObserver{})
	signals, err := routing.NewSignalClient(node.NodeID(), bus, conf.SignalRelay)
	if err != nil {
		return fmt.Errorf("make signal client: %w", err)
	}
	manager, err := routing.NewRoomManagerClient(params, conf.Room)
	if err != nil {
		return fmt.Errorf("make room manager client: %w", err)
	}
	e.router = routing.CreateRouter(nil, node, signals, manager, nil, conf.NodeStats)
	e.store = service.NewLocalStore()
	allocator, err := service.NewRoomAllocator(conf, e.router, e.store)
	if err != nil {
		return fmt.Errorf("make room allocator: %w", err)
	}
	watch := &watcher{changed: e.conf.Changed}
	if e.info, err = service.NewIOInfoService(bus, nil, nil, nil, watch); err != nil {
		return fmt.Errorf("make info service: %w", err)
	}
	egress, err := rpc.NewEgressClient(params)
	if err != nil {
		return fmt.Errorf("make egress client: %w", err)
	}
	agents, err := agent.NewAgentClient(bus, conf.Agents)
	if err != nil {
		return fmt.Errorf("make agent client: %w", err)
	}
	e.rooms, err = service.NewLocalRoomManager(conf, e.store, node, e.router, allocator, watch, agents, e.store,
		service.NewEgressLauncher(egress, e.info, e.store), utils.NewDefaultTimedVersionGenerator(),
		service.NewTURNAuthHandler(keys), bus, nil)
	if err != nil {
		return fmt.Errorf("make room manager: %w", err)
	}
	e.signal, err = service.NewSignalServer(node.NodeID(), node.Region(), bus, conf.SignalRelay, &sessions{rooms: e.rooms, log: e.conf.Log})
	if err != nil {
		return fmt.Errorf("make signal server: %w", err)
	}
	mux := http.NewServeMux()
	service.NewRTCService(conf, allocator, e.router, watch).SetupRoutes(mux)
	e.rtc = mux
	return nil
}

func (e *Engine) start() error {
	if err := e.router.RegisterNode(); err != nil {
		return err
	}
	if err := e.router.Start(); err != nil {
		return err
	}
	if err := e.info.Start(); err != nil {
		return err
	}
	return e.signal.Start()
}

func (e *Engine) closeIdleRooms() {
	defer close(e.done)
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-t.C:
			e.rooms.CloseIdleRooms()
			e.closeOldChecks()
		}
	}
}

// closeOldChecks ends connection tests that nobody ended: their tokens are for two minutes, and nobody
// can stay in a room of theirs.
func (e *Engine) closeOldChecks() {
	rooms, err := e.store.ListRooms(context.Background(), nil)
	if err != nil {
		return
	}
	for _, r := range rooms {
		if isCheck(r.Name) && e.conf.Clock().Sub(time.Unix(r.CreationTime, 0)) > checkLife+time.Minute {
			if room := e.rooms.GetRoom(context.Background(), livekit.RoomName(r.Name)); room != nil {
				room.Close(types.ParticipantCloseReasonServiceRequestDeleteRoom)
			}
		}
	}
}

// Stop says good-bye to every client and closes the port. It gives up when ctx ends.
func (e *Engine) Stop(ctx context.Context) error {
	close(e.stop)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-e.done
		e.router.Drain()
		e.rooms.Stop()
		e.signal.Stop()
		e.info.Stop()
		e.router.Stop()
		if err := e.router.UnregisterNode(); err != nil {
			e.conf.Log.Warn("media node not unregistered", "err", err)
		}
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop media engine: %w", ctx.Err())
	}
}

// watcher hears from the engine that somebody connected or went. What else the engine measures goes
// to its Prometheus counters without it.
type watcher struct {
	telemetry.NullTelemetryService
	changed func()
}

// ParticipantActive is called when media of a participant can flow.
func (w *watcher) ParticipantActive(context.Context, *livekit.Room, *livekit.ParticipantInfo, *livekit.AnalyticsClientMeta, bool, *telemetry.ReferenceGuard) {
	w.changed()
}

// ParticipantLeft is called when a participant's connection is closed for good.
func (w *watcher) ParticipantLeft(context.Context, *livekit.Room, *livekit.ParticipantInfo, bool, *telemetry.ReferenceGuard) {
	w.changed()
}

// RoomProjectReporter is asked for by the engine on every connection; nothing is reported anywhere.
func (w *watcher) RoomProjectReporter(context.Context) roomobs.ProjectReporter {
	return roomobs.NewNoopProjectReporter()
}

// atLeast passes on records of a level and above.
type atLeast struct {
	level slog.Level
	slog.Handler
}

func (a atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= a.level && a.Handler.Enabled(ctx, l)
}

func (a atLeast) WithAttrs(as []slog.Attr) slog.Handler {
	return atLeast{a.level, a.Handler.WithAttrs(as)}
}

func (a atLeast) WithGroup(name string) slog.Handler {
	return atLeast{a.level, a.Handler.WithGroup(name)}
}
