package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTokenizerTest {

    private final Tokenizer log = Tokenizers.named("log");

    private String cut(String line) {
        return log.sentences(line).stream()
                .map(sentence -> String.join(" ", sentence))
                .collect(Collectors.joining(" | "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "2015-10-18T18:01:47.978Z x | <time> x",
                "2015-10-18 18:01:47,978 x | <time> x",
                "2015/10/18 18:01:47 +0200 x | <time> x",
                "2015-10-18 x | <time> x",
                "2005-06-03-15.42.50.363779 x | <time> x",
                "[10/Oct/2000:13:55:36 -0700] x | [ <time> ] x",
                "[Sun Dec 04 04:47:44 2005] [notice] x | [ <time> ] [ notice ] x",
                "Jun 14 15:16:01 combo sshd | <time> combo sshd",
                "Jul  1 09:00:55 host | <time> host",
                "Sun, 06 Nov 1994 08:49:37 GMT x | <time> x",
                "17/06/09 20:10:40 INFO | <time> INFO",
                "Chrome/75.0.3770.100 1.2.2024.7 4.12.2005 | Chrome / <number> <number> <time>",
                "081109 203615 148 INFO | <time> <number> INFO",
                "20171223-22:15:29:606 x | <time> x",
                "at 04:47:44. Then | at <time> . Then",
                "take 12:30 of it | take <number> : <number> of it",
                "May I go | May I go",
                "value 5, -3.14 and 10,000,000 of 1.2.3 at 6.02e23 | value <number> , <number> and <number> of <number> at"
                        + " <number>",
                "took 12ms of 35% | took <number> ms of <number> %",
                "10.0.0.1 10.0.0.1:8080 192.168.0.0/16 256.1.1.1 | <ip> <ip> <ip> <number>",
                "from ::1: fe80::1%eth0 [2001:db8::7]:443 1:2:3:4:5:6:7:8 | from <ip> : <ip> <ip> <ip>",
                "std::string Foo::Bar a::b | std : : string Foo : : Bar a : : b",
                "id 550e8400-e29b-41d4-a716-446655440000 x | id <uuid> x",
                "RSA 39:33:99:e9:a0:dc:f2:33:a3:e5:72:3b:7c:3a:56:84 | RSA <hex>",
                "localhost/0:0:0:0:0:0:0:1:2181. x | localhost / <ip> . x",
                "mac 00:1b:44:11:3a:b7 at 0x7f3a and deadbeef01 | mac <hex> at <hex> and <hex>",
                "added facade and sha256 and 12345678 | added facade and sha256 and <number>",
                "open /var/log/messages, ./run ~/x ../y.txt. | open <path> , <path> <path> <path> .",
                "in C:\\Windows\\x.exe or \\\\srv\\share | in <path> or <path>",
                "and/or / x </tag> a/b | and / or / x < / tag > a / b",
                "src: /10.250.19.102:54106 dest | src : / <ip> dest",
                "see https://example.org/a?b=c. | see <url> .",
                "GET /index.html HTTP/1.1 | GET <path> HTTP / <number>",
                "blk_38865049064139660 blk_-1608999687919862906 | blk_ <number> blk_ - <number>",
                "dfs.DataNode$PacketResponder: task_0 eth0 utf-8 | dfs.DataNode$PacketResponder : task_ <number> eth0 utf-8",
                "uid=0 user=root | uid = <number> user = root",
                "<time> <ip> <unk> <s> </s> <x> | <time> <ip> <unk> < s > < / s > < x >",
                "сервер 猫猫 naïve 👩‍💻 x | сервер 猫猫 naïve 👩‍💻 x"
            })
    void shouldMakeOneTokenOfWhatDiffersFromLineToLine(String line, String tokens) {
        assertThat(cut(line)).isEqualTo(tokens);
    }

    @Test
    void shouldTakeALineForASentenceAndKeepWhatStandsThere() {
        Tokenizer.Cut text = log.withLiterals("09:00:55 up\r\n\n from 10.0.0.1:22\n", "");
        assertThat(text.sentences()).containsExactly(List.of("<time>", "up"), List.of("from", "<ip>"));
        assertThat(text.literals()).containsExactly(List.of("09:00:55", "up"), List.of("from", "10.0.0.1:22"));
        assertThat(Tokenizers.named("log+lower").withLiterals("ERROR X", "").literals())
                .containsExactly(List.of("error", "x"));
        assertThat(Tokenizers.named("words").withLiterals("a b", "").literals()).containsExactly(List.of("a", "b"));
    }
}
