"""What packed lines are packed with."""

DICTIONARY = (
    b'{"type":"answer","id":{"type":"figures","values":{"cpu/utilisation_percent":"host/memory_used_mib":'
    b'"host/memory_total_mib":"cuda:0/utilisation_percent":"cuda:0/memory_used_mib":"cuda:0/temperature_c":'
    b'"cuda:0/power_w":{"type":"runs","changed":[{"id":"20261122-external-utility-","state":"running","problem":"",'
    b'"profile":"","model":"","task":"token-classification","reason":null,"message":"","attempt":1,"started":'
    b'"ended":null,"seen":17953,"progress":{"t":17953,"phase":"training","step":,"steps":,"rate":},"headline":"f1",'
    b'"score":0.,"score_split":"validation","targets":[{"metric":"f1","at_least":0.9}],"device":"cuda:0",'
    b'"has_model":false,"has_report":false,"trend":[0.,0.],"complete":true}\\n"}{\\"type\\":\\"log\\",\\"t\\":,'
    b'\\"message\\":\\"{\\"type\\":\\"checkpoint\\",\\"path\\":\\"score\\":0.\\"best\\":true}\\n'
    b'{\\"type\\":\\"progress\\",\\"t\\":17953,\\"seq\\":,\\"phase\\":\\"training\\",\\"step\\":,\\"steps\\":'
    b',\\"epoch\\":0.,\\"epochs\\":,\\"rate\\":}\\n{\\"type\\":\\"metrics\\",\\"t\\":17953,\\"seq\\":,\\"step\\":'
    b',\\"split\\":\\"validation\\",\\"values\\":{\\"f1\\":0.,\\"precision\\":0.,\\"recall\\":0.,\\"loss\\":0.'
    b'}}\\n{\\"type\\":\\"metrics\\",\\"t\\":17953,\\"seq\\":,\\"step\\":,\\"epoch\\":0.,\\"values\\":{\\"loss\\":0.'
    b',\\"learning_rate\\":0.000}}\\n"}{"type":"chunk","run":"20261122-external-utility-","file":"events",'
    b'"mark":"fe00.","offset":,"data":"{\\"type\\":\\"metrics\\",\\"t\\":17953'
)
"""What most lines consist of, the commonest last: a line of two events shrinks to a third. Part of the protocol."""
