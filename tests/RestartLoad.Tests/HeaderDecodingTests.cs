using RestartLoad.Http1;
using RestartLoad.Http2;
using RestartLoad.Measuring;

namespace RestartLoad.Tests;

/// <summary>The two header formats, against the examples of their RFCs and against nonsense.</summary>
public sealed class HeaderDecodingTests
{
    [Fact]
    public void Huffman_coded_fields_are_decoded()
    {
        // RFC 7541, appendix C.6.1, with its table updates: the fields are "added" to a table of size 0.
        byte[] block = Convert.FromHexString(
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3");

        List<(string Name, string Value)> fields = HpackDecoder.Decode(block);

        Assert.Equal(
            [
                (":status", "302"), ("cache-control", "private"), ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
                ("location", "https://www.example.com"),
            ],
            fields);
    }

    [Fact]
    public void Indexed_and_literal_fields_are_decoded()
    {
        byte[] block = [0x20, 0x88, 0x10, 5, .. "x-pid"u8, 4, .. "4711"u8, 0x0f, 0x0d, 2, .. "12"u8];

        Assert.Equal([(":status", "200"), ("x-pid", "4711"), ("content-length", "12")], HpackDecoder.Decode(block));
    }

    [Theory]
    [InlineData("be")] // an entry of the dynamic table
    [InlineData("80")] // index 0
    [InlineData("3fe11f")] // a dynamic table of 4096 bytes
    [InlineData("0005782d")] // a name cut in the middle
    [InlineData("ffffffffffff01")] // an integer without end
    [InlineData("000181000178")] // padding of zeros
    [InlineData("0084ffffffff0178")] // the end-of-string symbol
    public void Nonsense_in_a_header_block_is_malformed(string block)
    {
        RequestFailedException failure =
            Assert.Throws<RequestFailedException>(() => HpackDecoder.Decode(Convert.FromHexString(block)));

        Assert.Equal(Outcome.Malformed, failure.Outcome);
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK")]
    [InlineData("HTTP/1.1 2000")]
    [InlineData("HTTP/2 200")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Pid : 1")]
    [InlineData("HTTP/1.1 200 OK\r\n folded")]
    [InlineData("HTTP/1.1 200 OK\r\nnothing")]
    public void Nonsense_in_an_HTTP1_head_is_malformed(string head)
    {
        RequestFailedException failure = Assert.Throws<RequestFailedException>(() => ResponseHead.Parse(head));

        Assert.Equal(Outcome.Malformed, failure.Outcome);
    }
}
