package tcp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tcp.testkit.system.UserError;

/** What wrk, ab and strace print is read right: each unit, each kind of error. */
class LoadTest {
    private static final String WRK = """
            Running 2s test @ http://127.0.0.1:9001/
              1 threads and 128 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency   832.85us  143.34us   5.56ms   91.14%
                Req/Sec   154.26k     5.06k  161.43k    70.00%
              Latency Distribution
                 50%  819.00us
                 75%    0.87ms
                 90%    0.95ms
                 99%    1.23ms
              306942 requests in 2.10s, 27.22MB read
            Requests/sec: 146162.86
            Transfer/sec:     12.96MB
            """;

    @Test
    void wrk() throws Exception {
        Load load = Load.parseWrk(WRK);
        assertThat(load).isEqualTo(new Load(306942, 2.10, 819, 1230, 0));
        assertThat(load.perSecond()).isEqualTo(306942 / 2.10);
    }

    @ParameterizedTest
    @CsvSource({"1.10s, 1100000", "819.00us, 819", "2.05ms, 2050", "1.00m, 60000000"})
    void unitsOfTime(String printed, double micros) throws Exception {
        assertThat(Load.parseWrk(WRK.replace("819.00us", printed)).p50()).isEqualTo(micros);
    }

    /** A server that answers 500 fast must not win. */
    @Test
    void errorsOfWrk() throws Exception {
        assertThat(Load.parseWrk(WRK + "  Socket errors: connect 1, read 20, write 300, timeout 4000\n")
                        .errors())
                .isEqualTo(4321);
        assertThat(Load.parseWrk(WRK + "  Non-2xx or 3xx responses: 77\n").errors())
                .isEqualTo(77);
    }

    @Test
    void wrkThatFails() {
        assertThatThrownBy(() -> Load.parseWrk("unable to connect to 127.0.0.1:1\n"))
                .isInstanceOf(UserError.class)
                .hasMessage("wrk gives no result: unable to connect to 127.0.0.1:1");
    }

    private static final String AB = """
            Concurrency Level:      128
            Time taken for tests:   0.957 seconds
            Complete requests:      50000
            Failed requests:        0
            Keep-Alive requests:    50000
            Requests per second:    52246.60 [#/sec] (mean)

            Percentage of the requests served within a certain time (ms)
              50%      2
              99%      5
             100%      9 (longest request)
            """;

    @Test
    void ab() throws Exception {
        assertThat(Load.parseAb(AB)).isEqualTo(new Load(50000, 0.957, 2000, 5000, 0));
        assertThat(Load.parseAb(AB.replace("Failed requests:        0", "Failed requests:        3")
                                + "Non-2xx responses:      40\n")
                        .errors())
                .isEqualTo(43);
        assertThatThrownBy(() -> Load.parseAb("apr_socket_recv: Connection refused\n"))
                .hasMessageContaining("Connection refused");
    }

    @Test
    void strace() {
        assertThat(Syscalls.parse("""
                % time     seconds  usecs/call     calls    errors syscall
                ------ ----------- ----------- --------- --------- ----------------
                 61.19    0.030148          15      2002           read
                 25.07    0.012352           6      2001         1 write
                  6.62    0.003264           4       700           epoll_wait
                  1.62    0.000264           4       100           epoll_pwait2
                  0.07    0.000034           2        14           accept4
                ------ ----------- ----------- --------- --------- ----------------
                100.00    0.049264          11      4817         1 total
                """))
                .containsEntry("read", 2002L)
                .containsEntry("write", 2001L)
                .containsEntry("wait", 800L)
                .containsEntry("other", 14L)
                .hasSize(4);
    }
}
